/** What a command may touch of the process it runs in. */
export interface CliIo {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

/** Arguments of a command: `--name value`, `--name=value` and `--flag`, the rest in order. */
export interface Arguments {
  readonly positional: readonly string[]
  readonly options: ReadonlyMap<string, string>
}

/** A mistake in how a command was called; its message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * Parses arguments. Options that are not listed are refused, so that a typing error never passes unseen.
 * @param valued names of options that take a value
 * @param flags names of options that take none
 */
export function parseArguments(
  args: readonly string[],
  valued: readonly string[],
  flags: readonly string[] = [],
): Arguments {
  const positional: string[] = []
  const options = new Map<string, string>()
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? ''
    if (!word.startsWith('--')) {
      positional.push(word)
      continue
    }
    const equals = word.indexOf('=')
    const name = word.slice(2, equals < 0 ? undefined : equals)
    if (flags.includes(name) && equals < 0) {
      options.set(name, 'true')
    } else if (valued.includes(name)) {
      const value = equals < 0 ? args[++index] : word.slice(equals + 1)
      if (value === undefined) throw new UsageError(`The option --${name} needs a value.`)
      options.set(name, value)
    } else {
      throw new UsageError(`Unknown option --${name}.`)
    }
  }
  return { positional, options }
}
