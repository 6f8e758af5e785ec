import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openReplay } from '../compliance/index.ts'
import { configSchema, createConfigLoader } from '../config/index.ts'
import { UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'
import { openOffline } from './offline.ts'
import { readPastDecisions } from './past-decisions.ts'
import type { PastCounts, PastRange } from './past-decisions.ts'
import { blindSpotsOf } from './replay-limits.ts'
import type { ReplayedFacts } from './replay-limits.ts'
import { renderReplay } from './replay-report.ts'
import type { ReplayOutcome } from './replay-report.ts'

/** Most requests that are replayed unless something else is said. */
const usualLimit = 100_000
const mostRequests = 10_000_000
/** Most changes that are told one by one. */
const maxChanges = 1000

/**
 * `smartflow policy replay`: judges past decisions by the policies of a configuration, and tells which of them
 * would be others. Reads the audit log, which a gateway may be writing, and changes nothing.
 */
export async function runPolicyReplay(
  { options }: Pick<Arguments, 'options'>,
  io: CliIo,
  file: string,
): Promise<number> {
  const range = rangeOf(options)
  const loader = createConfigLoader(configSchema, { environment: io.environment })
  const { config, version } = await loader.load(resolve(io.cwd, file))
  const data = options.get('data')
  const named = data === undefined ? config.audit.directory : undefined
  const directory = resolve(io.cwd, named ?? join(data ?? config.data.dir, 'audit'))
  if (!existsSync(directory)) {
    throw new UsageError(
      `There is no audit log at ${directory}: name the data folder of the gateway with --data.`,
    )
  }
  await using maestro = openOffline(config)
  const rules = maestro.dryRuns.rules()
  const outcome = await replay(directory, range, rules.policies)
  const limits = blindSpotsOf(rules, outcome)
  if (options.has('json')) {
    const { report, counts, firstAt, lastAt } = outcome
    const shown = { configVersion: version, ...counts, firstAt, lastAt, ...report, limits }
    io.stdout(`${JSON.stringify(shown, undefined, 2)}\n`)
  } else io.stdout(renderReplay(outcome, { file, version, limits }))
  return 0
}

async function replay(
  directory: string,
  range: PastRange,
  policies: Parameters<typeof openReplay>[0],
): Promise<ReplayOutcome & ReplayedFacts> {
  const counts: PastCounts = { requests: 0, answers: 0, withoutFacts: 0, withoutRequest: 0 }
  const replayed = openReplay(policies, { maxChanges })
  const times = new Map<string, number>()
  const seen = { findings: new Set<string>(), labels: new Set<string>() }
  const differing = { verdict: 0, treatments: 0, admits: 0, rules: 0 }
  let firstAt: number | undefined
  let lastAt: number | undefined
  for await (const decision of readPastDecisions(directory, range, counts)) {
    firstAt ??= decision.at
    lastAt = decision.at
    for (const { label } of decision.facts.observations) seen.findings.add(label)
    for (const label of decision.facts.labels) seen.labels.add(label)
    const change = replayed.add(decision)
    if (change === undefined) continue
    if (times.size < maxChanges) times.set(change.id, decision.at)
    differing[change.differences[0] ?? 'rules'] += 1
  }
  return { report: replayed.report(), counts, differing, times, seen, firstAt, lastAt }
}

function rangeOf(options: ReadonlyMap<string, string>): PastRange {
  const since = options.get('since')
  const at = since === undefined ? 0 : Date.parse(since)
  if (since !== undefined && (Number.isNaN(at) || !/^\d{4}-\d\d-\d\d/.test(since))) {
    throw new UsageError(
      `The option --since is a day or a time such as 2027-01-31T18:00:00Z, not '${since}'.`,
    )
  }
  const text = options.get('limit')
  const limit = text === undefined ? usualLimit : Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRequests) {
    throw new UsageError(
      `The option --limit is a number from 1 to ${mostRequests}, not '${text ?? ''}'.`,
    )
  }
  return { since: at, limit }
}
