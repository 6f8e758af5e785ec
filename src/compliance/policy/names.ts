import { nearest } from '../../core/nearest.ts'
import { matchesPattern } from '../../core/patterns.ts'
import { expandPolicies } from './expand.ts'
import type { PolicyProblem, PolicyRule } from './rule.ts'
import type { PoliciesConfig, RouteConfig, WhatConfig, WhereConfig } from './schema.ts'
import type { PolicyVocabulary } from './vocabulary.ts'

/** A list of names in a rule, and the names that exist. */
interface NamedList {
  /** Keys from the rule to the list. */
  readonly at: readonly string[]
  readonly kind: string
  readonly names: readonly string[]
  readonly known: readonly string[]
  /** Beginnings of names that are not listed. */
  readonly open: readonly string[]
}

/** The members of a rule that hold names. */
interface Written {
  readonly what?: WhatConfig | undefined
  readonly where?: WhereConfig | undefined
  readonly route?: RouteConfig | undefined
}

/** Finds names in what the operator wrote of a rule that nothing bears. */
export function findUnknownNames(rule: PolicyRule, vocabulary: PolicyVocabulary): PolicyProblem[] {
  return listsOf(rule.written, vocabulary).flatMap((list) =>
    list.names.flatMap((name, index) => {
      if (isKnown(name, list)) return []
      const isList = list.at.at(-1) !== 'model'
      const path = [...rule.path, ...list.at, ...(isList ? [index] : [])]
      return [{ path, message: `unknown ${list.kind} ${shown(name)}`, hint: hintFor(name, list) }]
    }),
  )
}

/**
 * Says what ready packs ask for that nothing in this configuration makes, so that those rules stay silent: labels
 * that no category derives, patterns that are not there, perimeters that no provider bears. For the log at start.
 */
export function policyWarnings(
  policies: PoliciesConfig,
  vocabulary: PolicyVocabulary,
): readonly string[] {
  const asking = new Map<string, string[]>()
  for (const rule of expandPolicies(policies).rules) {
    if (!rule.isFromPack) continue
    for (const list of listsOf(rule, vocabulary)) {
      const missing = list.names.filter((name) => !isKnown(name, list))
      // One place of several is enough to be somewhere.
      const isPlace = list.kind === 'perimeter' || list.kind === 'region'
      if (missing.length === 0 || (isPlace && missing.length < list.names.length)) continue
      const what = missingWords(list.kind, missing.map(shown).join(', '))
      asking.set(what, [...(asking.get(what) ?? []), rule.id])
    }
  }
  return Array.from(asking, ([what, ids]) => `${what} (asked for by ${ids.join(', ')})`)
}

function missingWords(kind: string, names: string): string {
  if (kind === 'label') return `no category gives content the label ${names}`
  if (kind === 'detector') return `no pattern, dictionary or table finds ${names}`
  return `nothing here is named as ${kind} ${names}`
}

function listsOf({ what, where, route }: Written, vocabulary: PolicyVocabulary): NamedList[] {
  const labels = vocabulary.findings.map(({ label }) => label)
  const categories = [...new Set(vocabulary.findings.map(({ category }) => category))]
  const open = vocabulary.openPrefixes ?? []
  const lists: NamedList[] = []
  const add = (
    at: readonly string[],
    kind: string,
    names: readonly string[] | undefined,
    known: readonly string[] | undefined,
  ): void => {
    if (names === undefined || known === undefined) return
    lists.push({ at, kind, names, known, open: kind === 'detector' ? open : [] })
  }
  for (const [at, members] of [
    [['what'], what],
    [['what', 'not'], what?.not],
  ] as const) {
    add([...at, 'detectors'], 'detector', members?.detectors, labels)
    add([...at, 'categories'], 'category of findings', members?.categories, categories)
    add([...at, 'labels'], 'label', members?.labels, vocabulary.labels)
    add([...at, 'models'], 'model', members?.models, vocabulary.models)
  }
  for (const [at, members] of [
    [['where'], where],
    [['where', 'not'], where?.not],
    [['route'], route],
  ] as const) {
    add([...at, 'perimeters'], 'perimeter', members?.perimeters, vocabulary.perimeters)
    add([...at, 'regions'], 'region', members?.regions, vocabulary.regions)
  }
  add(['where', 'providers'], 'provider', where?.providers, vocabulary.providers)
  add(['where', 'not', 'providers'], 'provider', where?.not?.providers, vocabulary.providers)
  const model = route?.model
  add(['route', 'model'], 'model', model === undefined ? undefined : [model], vocabulary.models)
  return lists
}

/** Known names may be patterns as well: models offered as `gpt-*`. */
function isKnown(name: string, { known, open }: NamedList): boolean {
  if (open.some((prefix) => name.startsWith(prefix))) return true
  return known.some((each) => matchesPattern(name, each) || matchesPattern(each, name))
}

function hintFor(name: string, { kind, known }: NamedList): string {
  const close = nearest(name, known)
  if (close !== undefined) return `did you mean ${shown(close)}?`
  const some = known.slice(0, 20).map(shown).join(', ')
  if (some === '') return `no ${kind} is configured`
  return `known: ${some}${known.length > 20 ? ` and ${known.length - 20} more` : ''}`
}

/** Quotes a name: at most 64 characters, nothing a terminal would obey. */
function shown(name: string): string {
  const safe = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
  return `'${safe.length > 64 ? `${safe.slice(0, 63)}…` : safe}'`
}
