import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  askBarriers,
  createBarriers,
  crossingStatus,
  readBarrierStore,
  wallsOpened,
} from '../compliance/index.ts'
import type { BarrierAnswer, BarrierKnowledge, Crossing, KnownCaller } from '../compliance/index.ts'
import { ConfigError, configSchema, createConfigLoader, renderProblems } from '../config/index.ts'
import type { Config } from '../config/index.ts'
import { systemClock } from '../core/clock.ts'
import { keyStorePath, openKeyStore } from '../identity/index.ts'
import { parseArguments, UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'
import { chooseSubcommand } from './subcommands.ts'

const usage = `Ask about information barriers. Works on the files of a gateway, whether it runs or not, and changes nothing.

  smartflow barrier explain USER CATEGORY [options]
                           may USER send or receive CATEGORY, why, and what would make it possible
    --direction send|receive   one direction (default: both)
    --groups A,B           groups of the user (default: what the keys of the user say)
    --department NAME      department of the user
    --tenant NAME          organisation of the user
  smartflow barrier crossings [--user USER] [--tenant NAME] [--all]
                           who may cross a wall for a while; --all lists past ones as well

  --config FILE            configuration of the gateway (default: ./smartflow.yaml)
  --data DIR               data folder of the gateway (default: what the configuration says)
  --json                   print JSON
`

const helpHint = 'See smartflow barrier --help.'

type Subcommand = (parsed: Arguments, state: OpenedState, io: CliIo) => number

const subcommands: Readonly<Record<string, Subcommand>> = { explain, crossings: listCrossings }

/** `smartflow barrier explain|crossings`: says who may send and receive what, and why. */
export async function runBarrierCommand(args: readonly string[], io: CliIo): Promise<number> {
  const chosen = chooseSubcommand(args, { command: 'barrier', usage, subcommands }, io)
  if ('exitCode' in chosen) return chosen.exitCode
  const { run, rest } = chosen
  const valued = ['config', 'data', 'direction', 'groups', 'department', 'tenant', 'user']
  const parsed = parseArguments(rest, valued, ['json', 'all'])
  const file = parsed.options.get('config') ?? 'smartflow.yaml'
  try {
    const loader = createConfigLoader(configSchema, { environment: io.environment })
    const { config } = await loader.load(resolve(io.cwd, file))
    await using state = await openState(config, parsed, io)
    return run(parsed, state, io)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    io.stderr(`${renderProblems(file, error.problems)}\n`)
    return 1
  }
}

interface OpenedState extends AsyncDisposable {
  readonly config: Config
  readonly knowledge: BarrierKnowledge
  readonly crossings: readonly Crossing[]
  readonly callers: readonly KnownCaller[]
}

/** Opens what a data folder holds; a folder that is not there is one of a gateway that never ran. */
async function openState(config: Config, { options }: Arguments, io: CliIo): Promise<OpenedState> {
  const dataDir = resolve(io.cwd, options.get('data') ?? config.data.dir)
  const clock = systemClock
  const callers = [...config.keys, ...(await storedCallers(dataDir))]
  const store = readBarrierStore({ dataDir, clock })
  const user = options.get('user')
  const person = user && { id: user, tenant: options.get('tenant') ?? 'default' }
  return {
    config,
    callers,
    knowledge: { ...(store ?? nothingKnown), clock },
    crossings: store?.crossings.list(person || undefined) ?? [],
    async [Symbol.asyncDispose]() {
      await store?.[Symbol.asyncDispose]()
    },
  }
}

const nothingKnown: Omit<BarrierKnowledge, 'clock'> = {
  history: {
    of: () => undefined,
    keep() {
      throw new Error('There is no data folder to keep it in.')
    },
  },
  crossings: { of: () => [] },
}

async function storedCallers(dataDir: string): Promise<readonly KnownCaller[]> {
  if (!existsSync(keyStorePath(dataDir))) return []
  await using store = openKeyStore({ dataDir, clock: systemClock })
  return store.list().filter(({ revokedAt }) => revokedAt === undefined)
}

function explain({ positional, options }: Arguments, state: OpenedState, io: CliIo): number {
  const [user, category, ...others] = positional
  if (user === undefined || category === undefined || others.length > 0) {
    throw new UsageError(`Say who and what: smartflow barrier explain USER CATEGORY. ${helpHint}`)
  }
  if (category.includes('*')) {
    throw new UsageError(`Ask about one category, not about the pattern '${category}'.`)
  }
  const question = {
    user,
    category,
    direction: directionOf(options.get('direction')),
    tenant: options.get('tenant'),
    groups: options
      .get('groups')
      ?.split(',')
      .map((each) => each.trim()),
    department: options.get('department'),
  }
  const { explain: answer } = createBarriers(state.config.barriers, state.knowledge)
  const answers = askBarriers(question, state.callers, answer)
  if (options.has('json')) io.stdout(`${JSON.stringify(answers, undefined, 2)}\n`)
  else io.stdout(answers.map(textOf).join('\n'))
  return 0
}

function textOf(answer: BarrierAnswer): string {
  const { summary, reasons, remedies } = answer
  const lines = [`${summary} (${whoText(answer)})`, ...reasons.map(({ words }) => `  - ${words}`)]
  if (remedies.length > 0) {
    const many = new Set(reasons.filter((each) => !each.isAllowed).map(({ ruleId }) => ruleId))
    const each = many.size > 1 ? ', for each wall and conflict that refuses' : ''
    lines.push(`  It would be possible by one of these${each}:`)
    lines.push(...remedies.map((remedy) => `    - ${remedy}`))
  }
  return `${lines.join('\n')}\n`
}

function whoText({ keys, groups, department, tenant }: BarrierAnswer): string {
  const facts = [
    keys.length === 0 ? 'no key' : `key ${keys.join(', ')}`,
    groups.length === 0 ? 'no groups' : `groups ${groups.join(', ')}`,
    ...(department === undefined ? [] : [`department ${department}`]),
    ...(tenant === 'default' ? [] : [`tenant ${tenant}`]),
  ]
  return facts.join('; ')
}

function listCrossings({ positional, options }: Arguments, state: OpenedState, io: CliIo): number {
  if (positional.length > 0) {
    throw new UsageError(`Unexpected word '${positional[0]}'. ${helpHint}`)
  }
  const now = systemClock.now()
  const shown = state.crossings
    .map((crossing) => ({
      ...crossing,
      status: crossingStatus(crossing, now),
      opens: wallsOpened(crossing, state.config.barriers),
    }))
    .filter(({ status }) => options.has('all') || status === 'in-force' || status === 'pending')
  if (options.has('json')) io.stdout(`${JSON.stringify(shown, undefined, 2)}\n`)
  else if (shown.length === 0) io.stdout('Nobody may cross a wall.\n')
  for (const each of options.has('json') ? [] : shown) {
    const { id, user, direction, categories, from, until, approver, reason, status, opens } = each
    const walls = opens.length === 0 ? 'no wall any more' : opens.join(', ')
    io.stdout(
      `${id} ${status}: ${user}, ${direction}, ${categories.join(', ')} (${walls})\n` +
        `  ${timeText(from)} to ${timeText(until)}, approved by ${approver}: ${reason}\n`,
    )
  }
  return 0
}

function directionOf(text: string | undefined): 'send' | 'receive' | undefined {
  if (text === undefined || text === 'send' || text === 'receive') return text
  throw new UsageError(`The option --direction is send or receive, not '${text}'.`)
}

function timeText(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ') + ' UTC'
}
