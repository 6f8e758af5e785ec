import { ConfigError, renderProblems } from '../config/index.ts'
import { parseArguments, UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'
import { runPolicyReplay } from './policy-replay.ts'
import { runPolicyTest } from './policy-test.ts'
import { chooseSubcommand } from './subcommands.ts'

const usage = `Try policies. Both commands work on files, whether the gateway runs or not, and change nothing.

  smartflow policy test [--case TEXT]
                           run the cases kept beside the policies, and those of the packs they use;
                           exit code 1 when one fails
    --case TEXT            only those with TEXT in their names
  smartflow policy replay [--data DIR] [--since TIME] [--limit N]
                           judge past decisions of the audit log by the policies of a configuration,
                           and show which would change
    --data DIR             data folder of the gateway (default: what the configuration says)
    --since TIME           only decisions from then on: 2027-01-31 or 2027-01-31T18:00:00Z
    --limit N              the newest N requests (default: 100000)

  --config FILE            the configuration to try (default: ./smartflow.yaml)
  --json                   print JSON
`

const helpHint = 'See smartflow policy --help.'

interface Subcommand {
  readonly valued: readonly string[]
  readonly run: (parsed: Arguments, io: CliIo, file: string) => Promise<number>
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  test: { valued: ['case'], run: runPolicyTest },
  replay: { valued: ['data', 'since', 'limit'], run: runPolicyReplay },
}

/** `smartflow policy test|replay`: tries policies before they are put in force. */
export async function runPolicyCommand(args: readonly string[], io: CliIo): Promise<number> {
  const chosen = chooseSubcommand(args, { command: 'policy', usage, subcommands }, io)
  if ('exitCode' in chosen) return chosen.exitCode
  const { valued, run } = chosen.run
  const parsed = parseArguments(chosen.rest, ['config', ...valued], ['json'])
  const [word] = parsed.positional
  if (word !== undefined) throw new UsageError(`Unexpected word '${word}'. ${helpHint}`)
  const file = parsed.options.get('config') ?? 'smartflow.yaml'
  try {
    return await run(parsed, io, file)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    io.stderr(`${renderProblems(file, error.problems)}\n`)
    return 1
  }
}
