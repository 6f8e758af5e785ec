import type { PrincipalFacts } from '../../core/facts.ts'
import type { CompiledBarriers, Interest, LabelPlaces } from './compile.ts'
import { findRival, judgeSide } from './judge.ts'
import type { Ground, LabelContact, SideVerdict } from './judge.ts'
import { dayText } from './types.ts'
import type { ContactHistory, Crossings } from './types.ts'

/** May someone send or receive a category, at a time; now without one. */
export interface ExplainQuestion {
  readonly principal: PrincipalFacts
  readonly category: string
  readonly direction: 'send' | 'receive'
  /** Milliseconds since the epoch. */
  readonly at?: number
}

/** One wall or conflict that has something to say. */
export interface Reason {
  readonly ruleId: string
  readonly isAllowed: boolean
  readonly words: string
}

/** The answer, with everything it rests on: names, labels and dates, never content. */
export interface Explanation {
  readonly user: string
  readonly tenant: string
  readonly groups: readonly string[]
  readonly department?: string
  readonly category: string
  readonly direction: 'send' | 'receive'
  readonly isAllowed: boolean
  /** The answer in one sentence. */
  readonly summary: string
  readonly reasons: readonly Reason[]
  /** What would make it possible; empty where it is. */
  readonly remedies: readonly string[]
}

export type Explain = (question: ExplainQuestion) => Explanation

/** Makes what explains; it judges by the very functions that decide about calls. */
export function createExplain(
  compiled: CompiledBarriers,
  knowledge: {
    readonly history: ContactHistory
    readonly crossings: Crossings
    readonly clock: { now(): number }
  },
): Explain {
  const { history, crossings, clock } = knowledge
  return ({ principal, category, direction, at = clock.now() }) => {
    const contact = { principal, label: category, direction, at, labels: [category] }
    const places = compiled.placesOf(category)
    const findings = [
      ...(places?.sides ?? []).map((place) => {
        const verdict = judgeSide(place, contact, places?.clearances ?? [], crossings)
        return explainSide(verdict, contact)
      }),
      ...(places?.interests ?? []).map((interest) =>
        explainInterest(interest, contact, compiled, history),
      ),
    ]
    const isAllowed = findings.every(({ reason }) => reason.isAllowed)
    return {
      ...factsOf(principal),
      category,
      direction,
      isAllowed,
      summary: summaryOf(contact, places, isAllowed),
      reasons: findings.map(({ reason }) => reason),
      remedies: [...new Set(findings.flatMap(({ remedies }) => remedies))],
    }
  }
}

interface Finding {
  readonly reason: Reason
  readonly remedies: readonly string[]
}

function factsOf({ id, tenant, groups, department }: PrincipalFacts) {
  return { user: id, tenant, groups, ...(department !== undefined && { department }) }
}

function summaryOf(
  { principal, label, direction }: LabelContact,
  places: LabelPlaces | undefined,
  isAllowed: boolean,
): string {
  const sentence = `${principal.id} may ${isAllowed ? '' : 'not '}${direction} '${label}'`
  return places === undefined ? `${sentence}: no wall and no conflict is about it.` : `${sentence}.`
}

function explainSide(verdict: SideVerdict, contact: LabelContact): Finding {
  const { wall, side, own, ground } = verdict
  const belongs = `'${contact.label}' belongs to the side '${side.name}' of the wall '${wall.name}'`
  const place = whereWords(contact.principal.id, own)
  const why = ground === undefined ? 'nothing permits it' : groundWords(ground)
  return {
    reason: {
      ruleId: wall.ruleId,
      isAllowed: ground !== undefined,
      words: `${belongs}; ${place}; ${why}.`,
    },
    remedies: ground === undefined ? remediesOf(verdict, contact) : [],
  }
}

function whereWords(user: string, own: SideVerdict['own']): string {
  const names = own.map(({ name }) => `'${name}'`).join(' and ')
  if (own.length === 0) return `${user} is on no side of it`
  return own.length === 1
    ? `${user} is on the side ${names}`
    : `${user} is on ${names} at once, so none of them counts`
}

function groundWords(ground: Ground): string {
  switch (ground.by) {
    case 'side':
      return 'that is the same side'
    case 'above':
      return 'but above the wall'
    case 'rule':
      return `the rule ${ground.rule.place} permits it`
    case 'clearance': {
      const { place, until } = ground.clearance
      const end = until === Infinity ? '' : ` until ${timeText(until)}`
      return `the clearance ${place} permits it${end}`
    }
    case 'crossing': {
      const { id, approver, until } = ground.crossing
      return `the crossing ${id}, approved by ${approver}, permits it until ${timeText(until)}`
    }
  }
}

function remediesOf({ wall, side, own }: SideVerdict, contact: LabelContact): readonly string[] {
  const { label, direction, principal } = contact
  const holder = own[0]?.name ?? 'outside'
  const flow =
    direction === 'send' ? `from: ${holder}, to: ${side.name}` : `from: ${side.name}, to: ${holder}`
  const [first, second] = own
  const joining =
    second !== undefined
      ? [`take ${principal.id} off all sides of '${wall.name}' but one`]
      : first === undefined
        ? [`put ${principal.id}, or a group they are in, on the side '${side.name}'`]
        : []
  const rule = `a rule of '${wall.name}': { ${flow}, direction: ${direction}, categories: ['${label}'] }`
  return [
    ...joining,
    ...(second === undefined ? [rule] : []),
    `a clearance for '${label}'`,
    `leave to cross the wall for a while, by an approver: POST /api/barriers/crossings`,
  ]
}

function explainInterest(
  interest: Interest,
  contact: LabelContact & { readonly labels: readonly string[] },
  compiled: CompiledBarriers,
  history: ContactHistory,
): Finding {
  const { conflict } = interest
  const { principal, label } = contact
  const rival = findRival(interest, contact, compiled, history)
  const head = `'${label}' is in the conflict of interest '${conflict.name}'`
  const { ruleId } = conflict
  if (rival === undefined) {
    const why = conflict.isExempt(principal)
      ? `${principal.id} is exempt from it`
      : `${principal.id} has had nothing of a competitor`
    return { reason: { ruleId, isAllowed: true, words: `${head}; ${why}.` }, remedies: [] }
  }
  const exemption = `exempt ${principal.id} from the conflict '${conflict.name}'`
  if (rival.seen === undefined) {
    const words = `${head}, for more than one competitor at once.`
    return { reason: { ruleId, isAllowed: false, words }, remedies: [exemption] }
  }
  const { firstDay, lastDay } = rival.seen
  const when = `first on ${dayText(firstDay)}, last on ${dayText(lastDay)}`
  const words = `${head}; ${principal.id} had '${rival.label}' ${when}.`
  const forgotten = lastDay + conflict.forgetAfterDays + 1
  return {
    reason: { ruleId, isAllowed: false, words },
    remedies: [
      ...(forgotten === Infinity
        ? []
        : [`wait until ${dayText(forgotten)}, if '${rival.label}' is not met again`]),
      exemption,
    ],
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString()
}
