import type { RiskTier } from '../core/facts.ts'

/** What became of a hold. `expired`: nobody decided in time. */
export const holdStates = ['waiting', 'approved', 'denied', 'expired'] as const

export type HoldState = (typeof holdStates)[number]

/** What an approver and the log are told about a held action. Never content. */
export interface HoldFacts {
  readonly requestId: string
  readonly tenant: string
  /** Id of the principal that asked. */
  readonly requester: string
  readonly keyId?: string | undefined
  /** What is held, such as `request` or `tool-call`. */
  readonly kind: string
  readonly tool?: string | undefined
  readonly tier?: RiskTier | undefined
  readonly model?: string | undefined
  readonly ruleIds: readonly string[]
  readonly labels: readonly string[]
}

/** What one person said about a hold. */
export interface Verdict {
  readonly by: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly verdict: 'approve' | 'deny'
  readonly reason: string
}

/** An action that waits for people, or waited. Immutable: each step makes a new one. */
export interface Hold {
  readonly id: string
  /** Keyed hash of who wants to do what with which content. */
  readonly digest: string
  readonly facts: HoldFacts
  readonly state: HoldState
  readonly createdAt: number
  /** When it expires undecided. */
  readonly waitUntil: number
  /** How many different people have to approve. */
  readonly approvers: number
  readonly verdicts: readonly Verdict[]
  /** Until when a decision holds; 0 while there is none. */
  readonly validUntil: number
  /** How often the action may still be done. */
  readonly usesLeft: number
}

/** How decisions hold. */
export interface HoldTerms {
  /** How long an approval, and a denial, holds for the same action, in milliseconds. */
  readonly decisionTtlMs: number
  /** How often an approved action may be done. */
  readonly maxUses: number
}

/** Why a verdict does not count. */
export class HoldRefused extends Error {
  override readonly name = 'HoldRefused'
  readonly kind: 'unknown' | 'decided' | 'own' | 'again'

  constructor(kind: HoldRefused['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/** Returns a hold as it is at a time: undecided ones expire by themselves. */
export function asOf(hold: Hold, now: number): Hold {
  return hold.state === 'waiting' && now >= hold.waitUntil ? { ...hold, state: 'expired' } : hold
}

/** Returns a hold after the word of one person. Throws `HoldRefused` for a word that does not count. */
export function decide(given: Hold, verdict: Verdict, terms: HoldTerms): Hold {
  const hold = asOf(given, verdict.at)
  if (hold.state !== 'waiting') {
    throw new HoldRefused('decided', `The hold is ${hold.state} already.`)
  }
  const { requester, keyId } = hold.facts
  if (isSame(requester, verdict.by) || (keyId !== undefined && isSame(keyId, verdict.by))) {
    throw new HoldRefused('own', 'Nobody decides about an action of their own.')
  }
  if (hold.verdicts.some(({ by }) => isSame(by, verdict.by))) {
    throw new HoldRefused('again', 'A second person has to decide.')
  }
  const verdicts = [...hold.verdicts, verdict]
  const validUntil = verdict.at + terms.decisionTtlMs
  if (verdict.verdict === 'deny') return { ...hold, verdicts, state: 'denied', validUntil }
  if (verdicts.length < hold.approvers) return { ...hold, verdicts }
  return { ...hold, verdicts, state: 'approved', validUntil, usesLeft: terms.maxUses }
}

/** Tells whether a decision about a hold still holds for the action. */
export function isInForce({ state, validUntil, usesLeft }: Hold, now: number): boolean {
  if (state === 'waiting') return true
  if (state === 'expired' || now >= validUntil) return false
  return state === 'denied' || usesLeft > 0
}

/**
 * Tells whether two names may be those of one person: the names of administrators' keys and the ids of users. `Ana`,
 * `ana` and `ana@example.com` are no two people, whoever they are: a mistake only costs another approver.
 */
function isSame(one: string, other: string): boolean {
  const [a, b] = [personIn(one), personIn(other)]
  return a.whole === b.whole || (a.name === b.name && (a.isName || b.isName))
}

function personIn(text: string): { whole: string; name: string; isName: boolean } {
  const whole = text.normalize('NFKC').trim().toLowerCase()
  const [name = ''] = whole.split('@', 1)
  return { whole, name, isName: name === whole }
}
