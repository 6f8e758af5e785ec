import { nearest } from '../core/nearest.ts'
import { version } from '../version.ts'
import { UsageError } from './io.ts'
import type { CliIo } from './io.ts'
import { relaunchWithRuntimeSettings } from './relaunch.ts'

type Command = (args: readonly string[], io: CliIo) => Promise<number>

/**
 * Each command is loaded when it is asked for, so that none pays for the others at start. Those that run the
 * gateway begin their process anew before they load it.
 */
const commands: Readonly<Record<string, (io: CliIo) => Promise<Command>>> = {
  async serve(io) {
    relaunchWithRuntimeSettings(io)
    return (await import('./serve.ts')).runServeCommand
  },
  async demo(io) {
    relaunchWithRuntimeSettings(io)
    return (await import('./demo.ts')).runDemoCommand
  },
  config: async () => (await import('./config.ts')).runConfigCommand,
  'exact-data': async () => (await import('./exact-data.ts')).runExactDataCommand,
  keys: async () => (await import('./keys.ts')).runKeysCommand,
  barrier: async () => (await import('./barrier.ts')).runBarrierCommand,
  categories: async () => (await import('./categories.ts')).runCategoriesCommand,
  policy: async () => (await import('./policy.ts')).runPolicyCommand,
  stop: async () => (await import('./stop.ts')).runStopCommand,
  holds: async () => (await import('./holds.ts')).runHoldsCommand,
  health: async () => (await import('./health.ts')).runHealthCommand,
  simulate: async () => (await import('./simulate.ts')).runSimulateCommand,
}

const usage = `Smartflow ${version}, the AI gateway.

  smartflow serve [--config FILE]       run the gateway (default ./smartflow.yaml)
  smartflow demo                        run it with a simulated provider and a fresh key
  smartflow config check [FILE]         check a configuration file
  smartflow config show|schema          print the effective configuration, or the JSON Schema
  smartflow config history|rollback     list configuration versions, go back to one
  smartflow keys new|list|revoke        manage virtual keys
  smartflow barrier explain|crossings   who may send and receive which content, and why
  smartflow categories train|score|show train topics of content, and try them
  smartflow exact-data hash             hash a table of customers, to find its rows in texts
  smartflow policy test|replay          run the cases of policies, judge past decisions anew
  smartflow stop halt|read-only|normal  stop what calls may do, at once
  smartflow holds list|approve|deny     decide about actions that wait for approval
  smartflow health [--url URL] [--ca FILE] [--server-name NAME]
                                        ask a running gateway how it is
  smartflow simulate [--listen ADDRESS] run only the simulated provider, for tests
  smartflow version
`

/** Runs one command and returns the exit code: 0 success, 1 failure, 2 wrong use. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  const [name = 'help', ...rest] = args
  if (name === 'version' || name === '--version') {
    io.stdout(`smartflow ${version}\n`)
    return 0
  }
  if (name === 'help' || name === '--help' || name === '-h') {
    io.stdout(usage)
    return 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    const close = nearest(name, [...Object.keys(commands), 'version'])
    const hint = close === undefined ? '' : ` Did you mean '${close}'?`
    io.stderr(`Unknown command '${name}'.${hint}\n\n${usage}`)
    return 2
  }
  try {
    const command = await load(io)
    return await command(rest, io)
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr(`${error.message}\n`)
      return 2
    }
    io.stderr(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}
