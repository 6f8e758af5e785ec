import type {
  PolicyFacts,
  PrincipalFacts,
  TargetFacts,
  TextKind,
  TextRole,
} from '../../core/facts.ts'
import { matchesPattern } from '../../core/patterns.ts'
import { isWithin, parseAddress, parseNetwork } from './networks.ts'
import type { WhatConfig, WhereConfig, WhoConfig } from './schema.ts'

/** What rules are asked about: the facts, and the address they name, read once. */
export interface Asked {
  readonly facts: PolicyFacts
  readonly address: readonly number[] | undefined
}

/** Whether something is true of a thing. */
export type Test<T> = (thing: T) => boolean

type Names = readonly string[] | undefined

/** Makes a test of names out of patterns with `*`. */
export function namesTest(patterns: readonly string[]): Test<string> {
  const [only] = patterns
  if (only !== undefined && patterns.length === 1 && !only.includes('*')) {
    return (name) => name === only
  }
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const wild = patterns.filter((pattern) => pattern.includes('*'))
  return (name) => exact.has(name) || wild.some((pattern) => matchesPattern(pattern, name))
}

/** Makes a test of conditions on callers, all of which must hold; absent where there is nothing to ask. */
export function callerTest(conditions: readonly WhoConfig[]): Test<PrincipalFacts> | undefined {
  return allOf(
    conditions.flatMap(({ not = {}, ...members }) => [
      ...callerTests(members),
      ...exceptions(callerTests(not)),
    ]),
  )
}

/** Makes a test of the networks that conditions on callers name; absent where they name none. */
export function networkTest(conditions: readonly WhoConfig[]): Test<Asked> | undefined {
  return allOf(
    conditions.flatMap(({ not = {}, networks }) => [
      ...networkTests(networks),
      ...exceptions(networkTests(not.networks)),
    ]),
  )
}

/** Makes a test of targets; absent where a rule does not ask where calls go. */
export function whereTest(where: WhereConfig | undefined): Test<TargetFacts> | undefined {
  if (where === undefined) return undefined
  const { not, ...members } = where
  return allOf([...targetTests(members), ...(not === undefined ? [] : [noneOf(targetTests(not))])])
}

/** Makes a test of everything in `what` that is neither a finding nor a label of the content. */
export function callTest(what: WhatConfig): Test<Asked> | undefined {
  const { attachments, minBytes, maxBytes, operations, models, not } = what
  const tests: Test<Asked>[] = []
  if (operations !== undefined) tests.push(operationTest(operations))
  if (models !== undefined) tests.push(modelTest(models))
  if (minBytes !== undefined) tests.push(({ facts }) => facts.bytes >= minBytes)
  if (maxBytes !== undefined) tests.push(({ facts }) => facts.bytes <= maxBytes)
  if (attachments !== undefined) {
    const types = new Set<string>(attachments)
    tests.push(({ facts }) =>
      facts.attachments.some(({ type, count }) => count > 0 && types.has(type)),
    )
  }
  const tools = toolTest(what)
  if (tools !== undefined) tests.push(tools)
  const exceptions: Test<Asked>[] = []
  if (not?.operations !== undefined) exceptions.push(operationTest(not.operations))
  if (not?.models !== undefined) exceptions.push(modelTest(not.models))
  if (not?.labels !== undefined) exceptions.push(labelsTest(not.labels))
  if (exceptions.length > 0) tests.push(noneOf(exceptions))
  return allOf(tests)
}

/** Makes a test of whether the content bears one of some labels. */
export function labelsTest(patterns: readonly string[]): Test<Asked> {
  const isNamed = namesTest(patterns)
  return ({ facts }) => facts.labels.some(isNamed)
}

/** Makes a test of the labels of findings that a rule is about. */
export function findingTest(what: WhatConfig): (label: string, category: string) => boolean {
  const { detectors, categories, not } = what
  const isNamed = detectors === undefined ? never : namesTest(detectors)
  const isInCategory = categories === undefined ? never : namesTest(categories)
  const isExcepted = not?.detectors === undefined ? never : namesTest(not.detectors)
  const isInExcepted = not?.categories === undefined ? never : namesTest(not.categories)
  return (label, category) =>
    (isNamed(label) || isInCategory(category)) && !isExcepted(label) && !isInExcepted(category)
}

/** The text that findings are in, as rules may ask for it. */
export interface TextPlace {
  readonly role: TextRole
  readonly kind: TextKind
  readonly source?: string | undefined
}

/** Makes a test of texts; absent where findings count in every text. */
export function textTest(what: WhatConfig): Test<TextPlace> | undefined {
  const { textRoles, textKinds, sources, not } = what
  const tests: Test<TextPlace>[] = []
  if (textRoles !== undefined) tests.push(({ role }) => textRoles.includes(role))
  if (textKinds !== undefined) tests.push(({ kind }) => textKinds.includes(kind))
  if (sources !== undefined) tests.push(sourceTest(sources))
  if (not?.sources !== undefined) tests.push(noneOf([sourceTest(not.sources)]))
  return allOf(tests)
}

function sourceTest(patterns: readonly string[]): Test<TextPlace> {
  const isNamed = namesTest(patterns)
  return ({ source }) => source !== undefined && isNamed(source)
}

function operationTest(operations: readonly string[]): Test<Asked> {
  return ({ facts }) => operations.includes(facts.operation)
}

function modelTest(models: readonly string[]): Test<Asked> {
  const isNamed = namesTest(models)
  // Under whatever name it is asked for, it is the same model.
  return ({ facts: { model, offered } }) =>
    isNamed(model) || (offered !== undefined && isNamed(offered))
}

/** One tool has to be all that is asked for. */
function toolTest({ tools, toolTiers, toolUse, not }: WhatConfig): Test<Asked> | undefined {
  const asks = tools ?? toolTiers ?? toolUse ?? not?.tools
  if (asks === undefined) return undefined
  const isNamed = tools === undefined ? always : namesTest(tools)
  const isExcepted = not?.tools === undefined ? never : namesTest(not.tools)
  return ({ facts }) =>
    facts.tools.some(
      ({ name, tier, use }) =>
        isNamed(name) &&
        !isExcepted(name) &&
        (toolTiers === undefined || toolTiers.includes(tier)) &&
        (toolUse === undefined || toolUse.includes(use)),
    )
}

function callerTests(who: Omit<WhoConfig, 'not'>): Test<PrincipalFacts>[] {
  const tests: Test<PrincipalFacts>[] = []
  const add = (patterns: Names, read: (caller: PrincipalFacts) => string | undefined): void => {
    if (patterns === undefined) return
    const isNamed = namesTest(patterns)
    tests.push((caller) => {
      const name = read(caller)
      return name !== undefined && isNamed(name)
    })
  }
  const addList = (patterns: Names, read: (caller: PrincipalFacts) => Names): void => {
    if (patterns === undefined) return
    const isNamed = namesTest(patterns)
    tests.push((caller) => read(caller)?.some(isNamed) ?? false)
  }
  add(who.users, ({ id }) => id)
  add(who.departments, ({ department }) => department)
  add(who.tiers, ({ tier }) => tier)
  add(who.products, ({ product }) => product)
  add(who.keys, ({ keyId }) => keyId)
  add(who.kinds, ({ kind }) => kind)
  add(who.tenants, ({ tenant }) => tenant)
  addList(who.groups, ({ groups }) => groups)
  addList(who.roles, ({ roles }) => roles)
  return tests
}

function networkTests(texts: Names): Test<Asked>[] {
  if (texts === undefined) return []
  const networks = texts.flatMap((text) => parseNetwork(text) ?? [])
  return [
    ({ address }) => address !== undefined && networks.some((each) => isWithin(address, each)),
  ]
}

function exceptions<T>(tests: readonly Test<T>[]): Test<T>[] {
  return tests.length === 0 ? [] : [noneOf(tests)]
}

function targetTests(where: Omit<WhereConfig, 'not'>): Test<TargetFacts>[] {
  const tests: Test<TargetFacts>[] = []
  const add = (patterns: Names, read: (target: TargetFacts) => string | undefined): void => {
    if (patterns === undefined) return
    const isNamed = namesTest(patterns)
    tests.push((target) => {
      const name = read(target)
      return name !== undefined && isNamed(name)
    })
  }
  add(where.models, ({ model }) => model)
  add(where.providers, ({ provider }) => provider)
  add(where.regions, ({ region }) => region)
  add(where.perimeters, ({ perimeter }) => perimeter)
  return tests
}

/** Reads the address a call comes from, for tests of networks. */
export function askedOf(facts: PolicyFacts, needsAddress: boolean): Asked {
  const { sourceAddress } = facts
  const isWanted = needsAddress && sourceAddress !== undefined
  return { facts, address: isWanted ? parseAddress(sourceAddress) : undefined }
}

function allOf<T>(tests: readonly Test<T>[]): Test<T> | undefined {
  const [only] = tests
  if (tests.length < 2) return only
  return (thing) => tests.every((test) => test(thing))
}

function noneOf<T>(tests: readonly Test<T>[]): Test<T> {
  return (thing) => !tests.some((test) => test(thing))
}

function always(): boolean {
  return true
}

function never(): boolean {
  return false
}
