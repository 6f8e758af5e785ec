import type { Call, CallBody, Question } from '../../core/call.ts'
import type { Decision } from '../../core/decision.ts'
import type { PolicyFacts, RuleStatement } from '../../core/facts.ts'
import type { PolicyOutcome } from '../contracts.ts'
import { hideFindings } from './hide.ts'
import type { LookedAt } from './memo.ts'
import { reasonOf } from './parts.ts'
import type { HoldAnswer, InspectionParts } from './parts.ts'
import { recordableFacts } from './recordable.ts'
import type { BodyText } from './texts.ts'

/** Most that an approver is shown of a text, in UTF-16 code units. */
const previewLength = 1_000

interface HeldRequest {
  readonly texts: readonly (LookedAt & { readonly segment: BodyText })[]
  readonly outcome: PolicyOutcome
  readonly facts: PolicyFacts
  readonly parts: InspectionParts
}

/** Asks whether people have approved a request; the same request of the same caller is asked about once. */
export function askPeople(
  { call, principal, body, model }: Question,
  { texts, outcome, facts, parts }: HeldRequest,
): Promise<HoldAnswer> {
  const held = outcome.spoken.filter(({ action }) => action === 'hold')
  const { tools } = recordableFacts(facts, parts.finders)
  const tool = tools.find(({ use }) => use !== 'offered')
  return parts.holds.ask({
    facts: {
      requestId: call.requestId,
      tenant: principal.tenant,
      requester: principal.id,
      keyId: principal.keyId,
      kind: 'request',
      tool: tool?.name,
      tier: tool?.tier,
      model,
      ruleIds: held.map(({ ruleId }) => ruleId),
      labels: facts.labels,
    },
    content: contentOf(call, model, body),
    preview: previewOf(texts.at(-1)),
  })
}

/** What is to be done: with an empty body, all of it stands in the address. */
function contentOf({ operation, method, path }: Call, model: string, body: CallBody): string {
  const head = JSON.stringify([operation, method, path, model, body.contentType])
  return `${head}\n${body.text ?? Buffer.from(body.bytes).toString('base64')}`
}

/** What an approver sees: the last text, without anything that was found in it. */
function previewOf(last: HeldRequest['texts'][number] | undefined): string | undefined {
  if (last === undefined) return undefined
  const text = hideFindings(last.segment.text, last.findings)
  return text.length <= previewLength ? text : `${text.slice(0, previewLength)}…`
}

/** What becomes of a request that is not approved. */
export function verdictOfHold({ state }: HoldAnswer): 'hold' | 'block' {
  return state === 'waiting' ? 'hold' : 'block'
}

/** The words for the user: why the request goes no further, and what can be done. */
export function wordsFor(
  verdict: Decision['verdict'],
  statements: readonly RuleStatement[],
  hold: HoldAnswer | undefined,
): string | undefined {
  if (verdict !== 'block' && verdict !== 'hold') return undefined
  const isHeld = hold !== undefined && hold.state !== 'approved'
  const reason = reasonOf(statements, isHeld ? 'hold' : verdict)
  return isHeld ? `${reason === undefined ? '' : `${reason} `}${stateWords(hold)}` : reason
}

/** Says how a hold stands. */
export function stateWords({ state, holdId }: HoldAnswer): string {
  if (state === 'waiting') {
    return `It waits for approval as ${holdId ?? 'a hold'}: repeat it unchanged once it is approved.`
  }
  if (state === 'denied') return 'Its approval was denied.'
  return 'Nobody approved it in time.'
}
