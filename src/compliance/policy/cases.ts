import { readFile } from 'node:fs/promises'
import type { PolicyFacts, Treatment } from '../../core/facts.ts'
import type { PolicySet } from '../contracts.ts'
import { casesObjectSchema, casesSchema } from './cases-schema.ts'
import type { PolicyCase } from './cases-schema.ts'
import { policyPacks } from './packs/index.ts'
import { hundredthsOf, strengthOf } from './rule.ts'
import type { KnownFinding } from './vocabulary.ts'
import { categoriesOf } from './vocabulary.ts'

/** What an engine made of a case. */
export interface JudgedCase {
  /** `redact`: it passes, with something treated. */
  readonly verdict: 'allow' | 'redact' | 'hold' | 'block'
  readonly ruleIds: readonly string[]
  readonly shadowedIds: readonly string[]
  /** The strongest treatment of each label. */
  readonly treatments: Readonly<Record<string, Treatment>>
  readonly routeTo?: string | undefined
}

/** How a case came out. */
export interface CaseResult {
  readonly name: string
  readonly isPassed: boolean
  /** What differs from what was expected, one sentence each. */
  readonly faults: readonly string[]
  /** Absent where the judge failed. */
  readonly judged?: JudgedCase
}

/** Runs cases one after the other. A judge that throws fails the case, not the run. */
export async function runCases(
  cases: Iterable<PolicyCase>,
  judge: (policyCase: PolicyCase) => JudgedCase | Promise<JudgedCase>,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = []
  for (const policyCase of cases) {
    const { name } = policyCase
    try {
      const judged = await judge(policyCase)
      const faults = faultsOf(policyCase.expect, judged)
      results.push({ name, isPassed: faults.length === 0, faults, judged })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      results.push({ name, isPassed: false, faults: [`could not be judged: ${reason}`] })
    }
  }
  return results
}

/** Makes the facts that a case without a text gives; `findings` name the categories of its labels. */
export function factsOfCase(
  policyCase: PolicyCase,
  findings: readonly KnownFinding[],
): PolicyFacts {
  const { as, direction, operation, model, target, facts } = policyCase
  const categories = categoriesOf(findings)
  const targets = [target ?? { provider: 'provider' }].flat()
  return {
    direction,
    principal: {
      id: as.user ?? 'case@example.com',
      kind: as.kind ?? 'user',
      tenant: as.tenant ?? 'default',
      groups: as.groups ?? [],
      ...(as.department !== undefined && { department: as.department }),
      ...(as.roles !== undefined && { roles: as.roles }),
      ...(as.tier !== undefined && { tier: as.tier }),
      ...(as.product !== undefined && { product: as.product }),
      ...(as.key !== undefined && { keyId: as.key }),
    },
    ...(as.address !== undefined && { sourceAddress: as.address }),
    operation,
    model,
    targets: targets.map((each) => ({ ...each, model: each.model ?? model })),
    observations: (facts?.found ?? []).map(({ label, category, score, count, ...text }) => ({
      label,
      category: category ?? categories.get(label) ?? 'custom',
      role: text.role ?? (direction === 'answer' ? 'assistant' : 'user'),
      kind: text.kind ?? 'text',
      ...(text.source !== undefined && { source: text.source }),
      scores: [[hundredthsOf(score), count]],
    })),
    labels: (facts?.labels ?? []).toSorted(),
    tools: facts?.tools ?? [],
    attachments: facts?.attachments ?? [],
    bytes: facts?.bytes ?? policyCase.text?.length ?? 0,
  }
}

/** Judges facts by policies alone: for cases and records that say what was found. */
export function judgeFacts(policies: PolicySet, facts: PolicyFacts): JudgedCase {
  const outcome = policies.evaluate(facts)
  const { verdict, spoken, shadowed, routeTo } = outcome
  const treatments: Record<string, Treatment> = {}
  for (const observation of facts.observations) {
    const { label, category, scores } = observation
    for (const [hundredths] of scores) {
      const done = outcome.treat({ label, category, score: hundredths / 100 }, observation)
      const known = treatments[label]
      if (done === undefined) continue
      if (known === undefined || strengthOf(known) < strengthOf(done)) treatments[label] = done
    }
  }
  const isTreated = Object.keys(treatments).length > 0
  return {
    verdict: verdict === 'allow' && isTreated ? 'redact' : verdict,
    ruleIds: spoken.map(({ ruleId }) => ruleId),
    shadowedIds: shadowed.map(({ ruleId }) => ruleId),
    treatments,
    ...(routeTo === undefined ? {} : { routeTo }),
  }
}

/** Returns the cases of a ready pack, for the pack as it is delivered; none for a name that no pack has. */
export function casesOfPack(name: string): readonly PolicyCase[] {
  return casesSchema.parse(policyPacks.find(({ id }) => id === name)?.cases ?? [])
}

/** Most bytes of a file of cases. */
const maxFileBytes = 16_777_216

/** Reads the file that `casesFile` names, YAML or JSON: a list of cases, or an object with `cases`. Throws with the place of what is wrong in it. */
export async function readCasesFile(path: string): Promise<readonly PolicyCase[]> {
  let document: unknown
  try {
    const bytes = await readFile(path)
    if (bytes.byteLength > maxFileBytes) throw new Error(`it is larger than ${maxFileBytes} bytes`)
    document = Bun.YAML.parse(bytes.toString('utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The file of cases ${path} cannot be read: ${reason}`, { cause: error })
  }
  const isList = Array.isArray(document)
  const result = isList ? casesSchema.safeParse(document) : casesObjectSchema.safeParse(document)
  if (result.success) return 'cases' in result.data ? result.data.cases : result.data
  const issue = result.error.issues[0]
  const place = issue === undefined || issue.path.length === 0 ? 'its top' : issue.path.join('.')
  throw new Error(`The file of cases ${path} is not valid at ${place}: ${issue?.message ?? ''}`)
}

function faultsOf(expected: PolicyCase['expect'], judged: JudgedCase): string[] {
  const faults: string[] = []
  if (judged.verdict !== expected.verdict) {
    const because = judged.ruleIds.length === 0 ? '' : ` (${judged.ruleIds.join(', ')})`
    faults.push(`expected ${expected.verdict}, was ${judged.verdict}${because}`)
  }
  for (const id of expected.rules ?? []) {
    if (!judged.ruleIds.includes(id)) faults.push(`expected the rule ${id} to speak`)
  }
  for (const id of expected.notRules ?? []) {
    if (judged.ruleIds.includes(id)) faults.push(`expected the rule ${id} to be silent`)
  }
  for (const id of expected.shadowed ?? []) {
    if (!judged.shadowedIds.includes(id)) faults.push(`expected the rule ${id} to watch`)
  }
  for (const [label, treatment] of Object.entries(expected.treatments ?? {})) {
    const done = Object.hasOwn(judged.treatments, label) ? judged.treatments[label] : undefined
    if ((done ?? 'none') !== treatment) {
      faults.push(`expected ${label}: ${treatment}, was ${done ?? 'none'}`)
    }
  }
  if (expected.routeTo !== undefined && judged.routeTo !== expected.routeTo) {
    faults.push(`expected the model ${expected.routeTo}, was ${judged.routeTo ?? 'none'}`)
  }
  return faults
}
