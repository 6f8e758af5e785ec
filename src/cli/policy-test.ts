import { resolve } from 'node:path'
import { runPolicyCases } from '../compliance/index.ts'
import type { CaseResult } from '../compliance/index.ts'
import { configSchema, createConfigLoader } from '../config/index.ts'
import { UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'
import { openOffline } from './offline.ts'
import { counted } from './replay-report.ts'
import { collectCases, judgeCase } from './policy-cases.ts'
import type { CaseGroup } from './policy-cases.ts'

/** `smartflow policy test`: runs the cases kept beside the policies; 1 when one of them fails. */
export async function runPolicyTest(
  { options }: Pick<Arguments, 'options'>,
  io: CliIo,
  file: string,
): Promise<number> {
  const loader = createConfigLoader(configSchema, { environment: io.environment })
  const { config } = await loader.load(resolve(io.cwd, file))
  const groups = chosen(await collectCases(config.policies, io.cwd), options.get('case'))
  await using maestro = openOffline(config)
  const results: GroupResult[] = []
  for (const { name, policy, cases } of groups) {
    const judge = (each: (typeof cases)[number]) => judgeCase(each, maestro.dryRuns, policy)
    results.push({ name, results: await runPolicyCases(cases, judge) })
  }
  io.stdout(options.has('json') ? `${JSON.stringify(results, undefined, 2)}\n` : textOf(results))
  return results.every((group) => group.results.every(({ isPassed }) => isPassed)) ? 0 : 1
}

interface GroupResult {
  readonly name: string
  readonly results: readonly CaseResult[]
}

function chosen(groups: readonly CaseGroup[], name: string | undefined): readonly CaseGroup[] {
  if (name === undefined) return groups
  const words = name.toLowerCase()
  const found = groups
    .map((group) => ({
      ...group,
      cases: group.cases.filter((each) => each.name.toLowerCase().includes(words)),
    }))
    .filter(({ cases }) => cases.length > 0)
  if (found.length > 0) return found
  throw new UsageError(`No case has '${name}' in its name.`)
}

function textOf(groups: readonly GroupResult[]): string {
  const all = groups.flatMap(({ results }) => results)
  if (all.length === 0) return 'The policies have no cases.\n'
  const failed = all.filter(({ isPassed }) => !isPassed).length
  const lines = groups.flatMap(({ name, results }) => [name, ...results.flatMap(linesOf), ''])
  const sum = failed === 0 ? 'all passed' : `${all.length - failed} passed, ${failed} failed`
  return `${[...lines, `${counted(all.length, 'case')}: ${sum}.`].join('\n')}\n`
}

function linesOf({ name, isPassed, faults, judged }: CaseResult): string[] {
  if (isPassed) return [`  ok    ${name}`]
  const came = judged === undefined ? [] : [`        came: ${cameText(judged)}`]
  return [`  FAIL  ${name}`, ...faults.map((fault) => `        ${fault}`), ...came]
}

function cameText({
  verdict,
  ruleIds,
  shadowedIds,
  treatments,
  routeTo,
}: NonNullable<CaseResult['judged']>): string {
  const treated = Object.entries(treatments).map(([label, treatment]) => `${label} ${treatment}`)
  return [
    verdict,
    `rules ${ruleIds.length === 0 ? 'none' : ruleIds.join(', ')}`,
    ...(shadowedIds.length === 0 ? [] : [`shadowed ${shadowedIds.join(', ')}`]),
    ...(treated.length === 0 ? [] : [`treatments ${treated.join(', ')}`]),
    ...(routeTo === undefined ? [] : [`route to ${routeTo}`]),
  ].join('; ')
}
