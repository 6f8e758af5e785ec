import type { Decision } from '../../core/decision.ts'
import { targetsOf } from './answer.ts'
import { inOrder, reasonOf, versionOf } from './parts.ts'
import { isNotable } from './session-parts.ts'
import type { SessionParts } from './session-parts.ts'

/**
 * What rules say of the sound that the provider of a session sends: an answer with sound attached. It is asked
 * once, as rules cannot tell one piece of sound from another.
 */
export class AnsweredSound {
  readonly #session: SessionParts
  #decision: Decision | undefined
  #isTold = false

  constructor(session: SessionParts) {
    this.#session = session
  }

  /** Returns the decision where it lets no sound pass, or has anything to say for the first time. */
  decide(): Decision | undefined {
    const decision = (this.#decision ??= this.#judge())
    if (decision.verdict !== 'allow') return decision
    const isNews = !this.#isTold && isNotable(decision)
    this.#isTold = true
    return isNews ? decision : undefined
  }

  #judge(): Decision {
    const { parts, question, state, answer } = this.#session
    const { call, principal, model } = question
    const facts = {
      direction: 'answer',
      principal,
      sourceAddress: call.sourceAddress,
      operation: call.operation,
      model,
      ...(state.offered !== undefined && { offered: state.offered }),
      targets: targetsOf(answer, state),
      observations: [],
      labels: [],
      tools: [],
      attachments: [{ type: 'audio', count: 1 }],
      bytes: 0,
    } as const
    const { verdict, spoken, shadowed, sharing } = parts.policies.evaluate(facts)
    const isAllowed = verdict === 'allow'
    return {
      // Nobody can approve what is being said.
      verdict: isAllowed ? 'allow' : 'block',
      findings: [],
      ruleIds: [...new Set(spoken.map(({ ruleId }) => ruleId))],
      labels: [],
      sharing,
      policyVersion: versionOf(parts),
      facts,
      ...(spoken.length > 0 && { statements: inOrder(spoken) }),
      ...(shadowed.length > 0 && { shadowed }),
      ...(!isAllowed && { reason: reasonOf(spoken, verdict) ?? 'Sound is not permitted.' }),
    }
  }
}
