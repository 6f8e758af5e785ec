import { stoppedBy } from '../core/call.ts'
import type { Decision } from '../core/decision.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { RunningCall } from './stages.ts'

/** Returns what ended a call that got no answer: whatever was thrown while it was being stopped, the stop did it. */
export function refusalOf(error: unknown, { question }: RunningCall): GatewayError {
  const refusal = toGatewayError(error)
  const stopped = stoppedBy(question.call.signal)
  // The error of routing tells what was tried besides.
  return stopped === undefined || refusal.code === stopped.code ? refusal : stopped
}

/** Returns the error of a call that compliance does not let pass, in the words of the rules. */
export function refusalBy({ verdict, reason }: Decision): GatewayError {
  return new GatewayError(verdict === 'hold' ? 'held_for_approval' : 'blocked_by_policy', reason)
}
