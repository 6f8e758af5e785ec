import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import {
  ConfigError,
  configJsonSchema,
  configSchema,
  createConfigLoader,
  HistoryError,
  openConfigHistory,
  peekText,
  readDigestKey,
  renderProblems,
  writeYaml,
} from '../config/index.ts'
import type { ConfigHistory, ConfigLoader, ConfigSchema, HistoryEntry } from '../config/index.ts'
import { systemClock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import { parseArguments, UsageError } from './io.ts'
import type { CliIo } from './io.ts'

/** What every configuration has that these commands can work with. */
export interface ConfigWithData {
  readonly data: { readonly dir: string }
}

/** A kind of configuration and the schema of it that editors are given. */
export interface ConfigKind<T extends ConfigWithData> {
  readonly schema: ConfigSchema<T>
  readonly jsonSchema: () => JsonObject
}

type Run<T extends ConfigWithData> = (call: Call<T>) => Promise<number>

interface Call<T extends ConfigWithData> {
  readonly io: CliIo
  readonly kind: ConfigKind<T>
  readonly loader: ConfigLoader<T>
  readonly positional: readonly string[]
  readonly options: ReadonlyMap<string, string>
}

const defaultFile = 'smartflow.yaml'
const usage = `Usage:
  smartflow config check [FILE] [--json]      check a file: exit code 0 when valid, 1 when not
  smartflow config show [FILE] [--json]       print the effective configuration, secrets hidden
  smartflow config schema                     print the JSON Schema, for editors
  smartflow config history [FILE] [--diff] [--json] [--data-dir DIR]
                                              list the accepted versions, newest first
  smartflow config rollback [VERSION|previous] [FILE] [--author NAME] [--data-dir DIR]
                                              put an earlier version back into the file
The file is ./${defaultFile} unless named. A version is its hex digits or its number.
`

/** `smartflow config …`: checks, shows, lists and brings back configurations. */
export function runConfigCommand(args: readonly string[], io: CliIo): Promise<number> {
  return createConfigCommand({ schema: configSchema, jsonSchema: configJsonSchema })(args, io)
}

/** Makes the command for one kind of configuration. */
export function createConfigCommand<T extends ConfigWithData>(
  kind: ConfigKind<T>,
): (args: readonly string[], io: CliIo) => Promise<number> {
  const commands = new Map<string, Run<T>>([
    ['check', check],
    ['show', show],
    ['schema', printSchema],
    ['history', history],
    ['rollback', rollback],
  ])
  return async ([name = 'help', ...rest], io) => {
    if (name === 'help' || name === '--help') {
      io.stdout(usage)
      return 0
    }
    const run = commands.get(name)
    if (run === undefined) {
      const close = nearest(name, commands.keys())
      const hint = close === undefined ? '' : ` Did you mean '${close}'?`
      throw new UsageError(`Unknown command 'config ${name}'.${hint}\n\n${usage}`)
    }
    const valued = ['author', 'data-dir']
    const { positional, options } = parseArguments(rest, valued, ['json', 'diff'])
    const loader = createConfigLoader(kind.schema, {
      environment: io.environment,
      // As the gateway that was started with this data directory, so that versions are the same.
      digestKey: ({ data }) => readDigestKey(resolve(io.cwd, options.get('data-dir') ?? data.dir)),
    })
    return run({ io, kind, loader, positional, options })
  }
}

async function check<T extends ConfigWithData>(call: Call<T>): Promise<number> {
  const { io, loader, options } = call
  const file = fileOf(call, 0)
  const isJson = options.has('json')
  try {
    const { version, masked } = await loader.load(resolve(io.cwd, file))
    if (isJson) io.stdout(toJson({ isValid: true, version, problems: [], literalSecrets: masked }))
    else {
      for (const path of masked) {
        io.stderr(`${file}: the secret at ${path} stands in the file; better use \${env:NAME}\n`)
      }
      io.stdout(`${file} is valid, version ${version}\n`)
    }
    return 0
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    if (isJson) io.stdout(toJson({ isValid: false, problems: error.problems }))
    else io.stderr(`${renderProblems(file, error.problems)}\n`)
    return 1
  }
}

async function show<T extends ConfigWithData>(call: Call<T>): Promise<number> {
  const { io, loader, options } = call
  const file = fileOf(call, 0)
  return reportingProblems(io, file, async () => {
    const { version, document } = await loader.load(resolve(io.cwd, file))
    if (options.has('json')) io.stdout(toJson({ version, document }))
    else io.stdout(`# ${file}, version ${version}\n${writeYaml(document)}`)
  })
}

async function printSchema<T extends ConfigWithData>({ io, kind }: Call<T>): Promise<number> {
  io.stdout(toJson(kind.jsonSchema()))
  return 0
}

async function history<T extends ConfigWithData>(call: Call<T>): Promise<number> {
  const { io, options } = call
  return reportingProblems(io, fileOf(call, 0), async () => {
    const { entries, damaged } = await (await openHistory(call, fileOf(call, 0))).list()
    for (const name of damaged) io.stderr(`${name} is damaged and left out\n`)
    if (options.has('json')) {
      // Undefined fields are left out: the whole effective document of each version would bury the rest.
      io.stdout(toJson(entries.map((entry) => ({ ...entry, document: undefined }))))
    } else if (entries.length === 0) io.stdout('No version was accepted yet.\n')
    else for (const entry of entries) io.stdout(renderEntry(entry, options.has('diff')))
  })
}

async function rollback<T extends ConfigWithData>(call: Call<T>): Promise<number> {
  const { io, positional, options } = call
  const [first] = positional
  const isFile = positional.length === 1 && first !== undefined && /\.(ya?ml|json)$/.test(first)
  const reference = isFile ? 'previous' : (first ?? 'previous')
  const file = fileOf(call, isFile ? 0 : 1)
  return reportingProblems(io, file, async () => {
    const versions = await openHistory(call, file)
    const entry = await versions.rollback({
      path: resolve(io.cwd, file),
      reference,
      author: options.get('author') ?? userOf(io),
    })
    io.stdout(`${file} is back at version ${entry.version}, recorded as #${entry.sequence}\n`)
    for (const change of entry.changes) io.stdout(`  ${change}\n`)
  })
}

/** The data directory is named in the file, which a rollback may find broken: then what can be read of it counts. */
async function openHistory<T extends ConfigWithData>(
  { io, loader, options }: Call<T>,
  file: string,
): Promise<ConfigHistory<T>> {
  const path = resolve(io.cwd, file)
  const dir = options.get('data-dir') ?? (await dataDirOf(loader, path))
  return openConfigHistory({ dataDir: resolve(io.cwd, dir), loader, clock: systemClock })
}

async function dataDirOf<T extends ConfigWithData>(
  loader: ConfigLoader<T>,
  path: string,
): Promise<string> {
  const standard = './data'
  try {
    const text = await loader.read(path)
    try {
      return (await loader.parse(text, path)).config.data.dir
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return peekText(text, ['data', 'dir']) ?? standard
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return standard
  }
}

async function reportingProblems(
  io: CliIo,
  file: string,
  run: () => Promise<void>,
): Promise<number> {
  try {
    await run()
    return 0
  } catch (error) {
    if (error instanceof ConfigError) io.stderr(`${renderProblems(file, error.problems)}\n`)
    else if (error instanceof HistoryError) io.stderr(`${error.message}\n`)
    else throw error
    return 1
  }
}

function renderEntry(entry: HistoryEntry, withDiff: boolean): string {
  const { sequence, version, at, author, action, restored, note } = entry
  const what = action === 'rollback' ? `rollback to ${restored ?? version}` : (note ?? 'change')
  const head = `#${sequence}  ${version}  ${at}  ${author}  ${what}\n`
  const changes = entry.changes.map((change) => `    ${change}\n`).join('')
  return head + (withDiff ? entry.diff : changes)
}

function fileOf<T extends ConfigWithData>(call: Call<T>, index: number): string {
  if (call.positional.length > index + 1) {
    throw new UsageError(`Too many arguments: ${call.positional.slice(index + 1).join(' ')}`)
  }
  return call.positional[index] ?? defaultFile
}

/** The author of a rollback when none is given: the user of the operating system. */
function userOf(io: CliIo): string {
  const named = io.environment['USER'] ?? io.environment['LOGNAME']
  if (named !== undefined && named !== '') return named
  try {
    return userInfo().username
  } catch {
    // In a container the user may have a number only.
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
