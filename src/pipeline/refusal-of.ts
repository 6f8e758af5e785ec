import { stoppedBy } from '../core/call.ts'
import { toGatewayError } from '../core/errors.ts'
import type { GatewayError } from '../core/errors.ts'
import type { RunningCall } from './stages.ts'

/** Returns what ended a call that got no answer: whatever was thrown while it was being stopped, the stop did it. */
export function refusalOf(error: unknown, { question }: RunningCall): GatewayError {
  const refusal = toGatewayError(error)
  const stopped = stoppedBy(question.call.signal)
  // The error of routing tells what was tried besides.
  return stopped === undefined || refusal.code === stopped.code ? refusal : stopped
}
