import { resolve } from 'node:path'
import { casesOfPack, factsOfCase, judgeFacts, readCasesFile } from '../compliance/index.ts'
import type { JudgedCase, PoliciesConfig, PolicyCase } from '../compliance/index.ts'
import type { PolicyFacts } from '../core/facts.ts'
import type { DryRules, DryRuns } from '../dry-runs.ts'

/** Cases that stand together. */
export interface CaseGroup {
  /** Where they are from: a policy, a file, a pack. */
  readonly name: string
  /** What judges them alone; everything in force when absent. */
  readonly policy?: string
  readonly cases: readonly PolicyCase[]
}

/**
 * Collects the cases beside the policies: those in the configuration and in its files, which everything in force
 * judges, then those of the packs it uses, which the packs judge as they are delivered. Throws for a file of cases
 * that cannot be read.
 */
export async function collectCases(
  policies: PoliciesConfig,
  cwd: string,
): Promise<readonly CaseGroup[]> {
  const groups: CaseGroup[] = []
  for (const { id, pack, cases, casesFile } of policies) {
    groups.push({ name: id ?? pack ?? '', cases })
    if (casesFile === undefined) continue
    groups.push({ name: casesFile, cases: await readCasesFile(resolve(cwd, casesFile)) })
  }
  const packs = new Set(policies.flatMap(({ pack }) => pack ?? []))
  for (const pack of packs) groups.push(groupOfPack(pack))
  return groups.filter(({ cases }) => cases.length > 0)
}

function groupOfPack(pack: string): CaseGroup {
  return { name: `pack ${pack}`, policy: `pack:${pack}`, cases: casesOfPack(pack) }
}

/** Judges a case by the way of a call: detectors, categories, policies, then barriers, with an empty history. */
export async function judgeCase(
  policyCase: PolicyCase,
  dryRuns: DryRuns,
  policy: string | undefined,
): Promise<JudgedCase> {
  const rules = dryRuns.rules(policy)
  const given = factsOfCase(policyCase, rules.findings)
  const facts = await withFound(given, policyCase.text, dryRuns, policy)
  const judged = effective(judgeFacts(rules.policies, facts), facts)
  return policy === undefined ? withBarriers(judged, facts, rules) : judged
}

/** Only calls of tools wait for people in an answer: what a rule holds without one is blocked. */
function effective(judged: JudgedCase, { direction, tools }: PolicyFacts): JudgedCase {
  const isText = direction === 'answer' && !tools.some(({ use }) => use === 'called')
  return judged.verdict === 'hold' && isText ? { ...judged, verdict: 'block' } : judged
}

/** Adds to facts what is found in a text. */
async function withFound(
  given: PolicyFacts,
  text: string | undefined,
  dryRuns: DryRuns,
  policy: string | undefined,
): Promise<PolicyFacts> {
  if (text === undefined) return given
  const { direction, principal, model, targets } = given
  const role = direction === 'answer' ? 'assistant' : 'user'
  const content = {
    type: 'texts',
    texts: [{ role, kind: 'text', text }],
    tools: [],
    attachments: [],
  } as const
  const input = { direction, principal, operation: 'chat', model, targets, content } as const
  const { facts } = await dryRuns.run(input, policy)
  return {
    ...given,
    observations: [...given.observations, ...facts.observations],
    labels: [...new Set([...given.labels, ...facts.labels])].toSorted(),
  }
}

/** Who is blocked by policy is not asked about by barriers. */
function withBarriers(
  judged: JudgedCase,
  { direction, principal, labels: all }: PolicyFacts,
  { barriers, clock }: DryRules,
): JudgedCase {
  const labels = all.filter((label) => barriers?.needs(label))
  if (judged.verdict === 'block' || barriers === undefined || labels.length === 0) return judged
  const way = direction === 'request' ? 'send' : 'receive'
  const contact = { principal, labels, direction: way, at: clock.now() } as const
  const { isAllowed, statements } = barriers.check(contact)
  return {
    ...judged,
    verdict: isAllowed ? judged.verdict : 'block',
    ruleIds: [...judged.ruleIds, ...statements.map(({ ruleId }) => ruleId)],
  }
}
