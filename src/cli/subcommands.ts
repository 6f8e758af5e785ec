import { nearest } from '../core/nearest.ts'
import { UsageError } from './io.ts'
import type { CliIo } from './io.ts'

/** The commands below one command, such as `new`, `list` and `revoke` below `keys`. */
export interface SubcommandSet<Subcommand> {
  /** Name of the command they are below. */
  readonly command: string
  readonly usage: string
  readonly subcommands: Readonly<Record<string, Subcommand>>
}

/** A subcommand that was asked for, with what follows its name; or the exit code where usage was printed instead. */
export type ChosenSubcommand<Subcommand> =
  { readonly run: Subcommand; readonly rest: readonly string[] } | { readonly exitCode: number }

/** Finds the subcommand that arguments begin with. Throws `UsageError`, with the nearest name, for an unknown one. */
export function chooseSubcommand<Subcommand>(
  args: readonly string[],
  { command, usage, subcommands }: SubcommandSet<Subcommand>,
  io: CliIo,
): ChosenSubcommand<Subcommand> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || args.includes('--help')) {
    io.stdout(usage)
    return { exitCode: name === undefined ? 2 : 0 }
  }
  const run = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (run !== undefined) return { run, rest }
  const close = nearest(name, Object.keys(subcommands))
  const hint = close === undefined ? '' : ` Did you mean '${close}'?`
  throw new UsageError(
    `Unknown command '${command} ${name}'.${hint} See smartflow ${command} --help.`,
  )
}
