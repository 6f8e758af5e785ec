import { matchesPattern } from '../../core/patterns.ts'
import { findingTest } from './conditions.ts'
import { isWithin, parseNetwork } from './networks.ts'
import { looksAtFindings } from './rule.ts'
import type { PolicyProblem, PolicyRule } from './rule.ts'
import type { WhoConfig } from './schema.ts'
import type { PolicyVocabulary } from './vocabulary.ts'

/** Finds conditions of a rule that no call can meet. */
export function findUnmatchable(rule: PolicyRule, { findings }: PolicyVocabulary): PolicyProblem[] {
  const { path, what, where, who } = rule
  return [
    ...directionProblems(rule),
    ...sizeProblems(rule),
    ...exceptedLists([...path, 'what'], what),
    ...exceptedLists([...path, 'where'], where),
    ...who.flatMap((caller) => [
      ...exceptedLists([...path, 'who'], caller),
      ...exceptedNetworks(rule, caller),
    ]),
    ...disjointCallers(rule),
    ...(rule.isFromPack ? [] : exceptedFindings(rule, findings)),
  ]
}

function sizeProblems({ path, what: { minBytes, maxBytes } }: PolicyRule): PolicyProblem[] {
  if (minBytes === undefined || maxBytes === undefined || minBytes <= maxBytes) return []
  const message = `nothing is larger than ${minBytes} and smaller than ${maxBytes} bytes`
  return [{ path: [...path, 'what', 'minBytes'], message, hint: 'exchange them' }]
}

function directionProblems({ path, what }: PolicyRule): PolicyProblem[] {
  if (what.direction !== 'answer') return []
  const never: PolicyProblem[] = []
  const add = (member: string, message: string): void => {
    const hint = 'let the direction be request, or leave this condition out'
    never.push({
      path: [...path, 'what', member],
      message: `${message}: the rule never matches`,
      hint,
    })
  }
  if (what.attachments !== undefined) add('attachments', 'answers have no attachments')
  if (what.toolUse?.every((use) => use === 'offered')) add('toolUse', 'answers offer no tools')
  if (what.textRoles?.every((role) => role === 'user' || role === 'system')) {
    add('textRoles', `answers hold no texts of ${what.textRoles.join(' or ')}`)
  }
  return never
}

/** Lists of which `not` takes every entry away again. */
function exceptedLists(
  path: PolicyRule['path'],
  conditions: { readonly [member: string]: unknown; readonly not?: object | undefined } | undefined,
): PolicyProblem[] {
  const { not = {}, ...members } = conditions ?? {}
  return Object.entries(not).flatMap(([member, excepted]: [string, unknown]) => {
    const asked = members[member]
    if (!isTexts(asked) || !isTexts(excepted)) return []
    const isCovered = asked.every((name) => excepted.some((except) => matchesPattern(except, name)))
    return isCovered ? [neverMatches([...path, 'not', member])] : []
  })
}

function exceptedNetworks(rule: PolicyRule, { networks, not }: WhoConfig): PolicyProblem[] {
  const [asked, excepted] = [networks, not?.networks].map((list = []) =>
    list.flatMap((text) => parseNetwork(text) ?? []),
  )
  if (asked === undefined || excepted === undefined || asked.length === 0) return []
  const isCovered = asked.every(({ address, prefix }) =>
    excepted.some((except) => except.prefix <= prefix && isWithin(address, except)),
  )
  return isCovered ? [neverMatches([...rule.path, 'who', 'not', 'networks'])] : []
}

/** Findings of which the exceptions leave none. */
function exceptedFindings(
  { path, what }: PolicyRule,
  findings: PolicyVocabulary['findings'],
): PolicyProblem[] {
  if (!looksAtFindings(what) || what.not === undefined) return []
  const { not, ...rest } = what
  if (not.detectors === undefined && not.categories === undefined) return []
  const isAsked = findingTest(rest)
  const isLeft = findingTest(what)
  const asked = findings.filter(({ label, category }) => isAsked(label, category))
  const names = [...(what.detectors ?? []), ...(what.categories ?? [])]
  // Names that are not listed may be those of dictionaries and patterns.
  const isListed = names.every((name) =>
    asked.some(
      ({ label, category }) => matchesPattern(name, label) || matchesPattern(name, category),
    ),
  )
  if (!isListed || asked.some(({ label, category }) => isLeft(label, category))) return []
  return [neverMatches([...path, 'what', 'not'])]
}

/** What a caller has one of: a policy and its rule may ask for different ones. */
const single = ['users', 'departments', 'tiers', 'products', 'keys', 'kinds', 'tenants'] as const

function disjointCallers({ path, who: [policy, rule] }: PolicyRule): PolicyProblem[] {
  if (policy === undefined || rule === undefined) return []
  return single.flatMap((member) => {
    const [outer, inner] = [policy[member], rule[member]]
    if (outer === undefined || inner === undefined) return []
    if (outer.some((a) => inner.some((b) => mayMeet(a, b)))) return []
    const message = `the policy holds for other ${member}: the rule never matches`
    return [
      { path: [...path, 'who', member], message, hint: `the policy names ${outer.join(', ')}` },
    ]
  })
}

function mayMeet(a: string, b: string): boolean {
  if (a.includes('*') && b.includes('*')) return true
  return matchesPattern(a, b) || matchesPattern(b, a)
}

function neverMatches(path: PolicyRule['path']): PolicyProblem {
  const message = 'not takes away everything the rule asks for: it never matches'
  return { path, message, hint: 'except less, or leave the rule out' }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}
