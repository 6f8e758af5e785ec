import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { nearest } from '../core/nearest.ts'
import { hashKey, isWellFormedKey, keyStorePath, maskKey, openKeyStore } from '../identity/index.ts'
import type { KeyStore, NewKey, StoredKey } from '../identity/index.ts'
import { parseArguments, UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'
import { chooseSubcommand } from './subcommands.ts'

const usage = `Manage virtual keys. A running gateway notices changes within a second.

  smartflow keys new --user USER [options]   make a key; it is printed once, to standard output
    --name NAME            name in lists, for revoking (default: the id of the key)
    --kind KIND            user, service or agent (default: user)
    --department NAME      department of the caller
    --groups A,B           groups of the caller
    --models 'gpt-*,o3'    models the key may ask for, * stands for anything (default: *)
    --tenant NAME          organisation of the caller (default: default)
    --tier NAME            access tier of the caller
    --product NAME         product the key belongs to
    --expires WHEN         12h, 30d, 8w, 2027-01-31 or 2027-01-31T18:00:00Z (default: never)
  smartflow keys list [--json]               list keys, never the keys themselves
  smartflow keys revoke ID|NAME|KEY          make a key useless for good

  --data DIR               data folder of the gateway (default: ./data)
`

const helpHint = 'See smartflow keys --help.'

type Subcommand = (args: readonly string[], io: CliIo) => Promise<number>

const subcommands: Readonly<Record<string, Subcommand>> = {
  new: createKey,
  list: listKeys,
  revoke: revokeKey,
}

/** `smartflow keys new|list|revoke`: manages the keys of a data folder, also while a gateway uses it. */
export async function runKeysCommand(args: readonly string[], io: CliIo): Promise<number> {
  const chosen = chooseSubcommand(args, { command: 'keys', usage, subcommands }, io)
  if ('exitCode' in chosen) return chosen.exitCode
  const { run, rest } = chosen
  return run(rest, io)
}

const textOptions = ['name', 'department', 'tenant', 'tier', 'product'] as const
const listOptions = ['groups', 'models'] as const
const newKeyOptions = ['user', 'kind', 'expires', 'data', ...textOptions, ...listOptions]

async function createKey(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, newKeyOptions)
  refuseWords(parsed.positional)
  const fields = newKeyOf(parsed, io)
  const dataDir = dataDirOf(parsed, io)
  await using store = openKeyStore({ dataDir, clock: systemClock })
  const { key, stored } = store.create(fields)
  // The key alone goes to standard output, so that `KEY=$(smartflow keys new …)` works.
  io.stderr(
    `Made key ${labelOf(stored)} for ${stored.user}, ${validityOf(stored)}, models ${stored.models.join(', ')}.\n` +
      `Stored in ${keyStorePath(dataDir)}, as a hash only.\n` +
      'This is the only time the key is shown. Keep it in a safe place:\n\n',
  )
  io.stdout(`${key}\n`)
  return 0
}

async function listKeys(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, ['data'], ['json'])
  refuseWords(parsed.positional)
  const dataDir = dataDirOf(parsed, io)
  const keys = await readKeys(dataDir)
  if (parsed.options.has('json')) {
    const shown = keys.map((key) => ({ ...key, status: statusOf(key) }))
    io.stdout(`${JSON.stringify(shown, undefined, 2)}\n`)
  } else if (keys.length === 0) {
    io.stderr(
      `There are no keys in ${keyStorePath(dataDir)}. Make one: smartflow keys new --user USER\n`,
    )
  } else {
    io.stdout(tableOf(keys))
  }
  return 0
}

async function revokeKey(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, ['data'])
  const [word, ...others] = parsed.positional
  if (word === undefined) {
    throw new UsageError(
      'Say which key: smartflow keys revoke ID|NAME|KEY (see smartflow keys list).',
    )
  }
  refuseWords(others)
  const dataDir = dataDirOf(parsed, io)
  const before = (await readKeys(dataDir)).filter((key) => key.revokedAt === undefined)
  // Whoever found a leaked key has only the key; it is not repeated in any message.
  const isKey = isWellFormedKey(word)
  const idOrName = isKey ? before.find((key) => key.sha256 === hashKey(word))?.id : word
  const revoked = await withStore(dataDir, (store) =>
    idOrName === undefined ? undefined : store.revoke(idOrName),
  )
  if (revoked === undefined) {
    const names = before.flatMap(({ id, name }) => [name, id])
    const fault = isKey ? 'that key is not in force' : `there is no key '${word}'`
    io.stderr(`In ${keyStorePath(dataDir)} ${fault}.${isKey ? '' : suggestion(word, names)}\n`)
    return 1
  }
  const isNew = before.some((key) => key.id === revoked.id)
  io.stdout(
    isNew
      ? `Revoked key ${labelOf(revoked)} of ${revoked.user}. A running gateway refuses it within a second.\n`
      : `Key ${labelOf(revoked)} of ${revoked.user} was revoked already, on ${timeText(revoked.revokedAt)}.\n`,
  )
  return 0
}

async function readKeys(dataDir: string): Promise<readonly StoredKey[]> {
  return (await withStore(dataDir, (store) => store.list())) ?? []
}

/** Uses the store if there is one: reading must not make a data folder in the wrong place. */
async function withStore<Result>(
  dataDir: string,
  use: (store: KeyStore) => Result,
): Promise<Result | undefined> {
  if (!existsSync(keyStorePath(dataDir))) return undefined
  await using store = openKeyStore({ dataDir, clock: systemClock })
  return use(store)
}

function newKeyOf({ options }: Arguments, io: CliIo): NewKey {
  const user = options.get('user')
  if (user === undefined) throw new UsageError('Say whose key it is: --user ana@example.com.')
  const expires = options.get('expires')
  return {
    user,
    createdBy: callerOf(io),
    kind: kindOf(options.get('kind') ?? 'user'),
    ...pick(options, textOptions, (text) => text),
    ...pick(options, listOptions, listOf),
    ...(expires !== undefined && { expiresAt: expiryOf(expires, systemClock.now()) }),
  }
}

/** Returns the options that were given, read by `read`, under their own names. */
function pick<Name extends string, Value>(
  options: Arguments['options'],
  names: readonly Name[],
  read: (text: string) => Value,
): Partial<Record<Name, Value>> {
  const picked: Partial<Record<Name, Value>> = {}
  for (const name of names) {
    const text = options.get(name)
    if (text !== undefined) picked[name] = read(text)
  }
  return picked
}

function listOf(text: string): readonly string[] {
  return text.split(',').map((entry) => entry.trim())
}

function kindOf(text: string): 'user' | 'service' | 'agent' {
  if (text === 'user' || text === 'service' || text === 'agent') return text
  throw new UsageError(`The option --kind is user, service or agent, not '${text}'.`)
}

const hourMs = 3_600_000
const unitMs: Readonly<Record<string, number>> = { h: hourMs, d: 24 * hourMs, w: 168 * hourMs }

/** Reads `30d`, a day (its beginning, UTC) or a time with offset as milliseconds since the epoch. */
function expiryOf(text: string, nowMs: number): number {
  const [, count, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? []
  const duration = Number(count) * (unitMs[unit] ?? NaN)
  if (duration > 0) return nowMs + duration
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
  const time = isTime ? Date.parse(text) : NaN
  if (time > nowMs) return time
  throw new UsageError(
    Number.isNaN(time)
      ? `The option --expires is not understood: '${text}'. Write 12h, 30d, 8w, 2027-01-31 or 2027-01-31T18:00:00Z.`
      : `The option --expires is in the past: ${timeText(time)}.`,
  )
}

function dataDirOf({ options }: Arguments, io: CliIo): string {
  return resolve(io.cwd, options.get('data') ?? 'data')
}

/** Who makes the key, as far as the operating system tells: the person behind `sudo` first. */
function callerOf({ environment }: CliIo): string {
  return (
    environment['SUDO_USER'] || environment['USER'] || environment['USERNAME'] || 'command line'
  )
}

function refuseWords(words: readonly string[]): void {
  if (words.length > 0) throw new UsageError(`Unexpected word '${words[0]}'. ${helpHint}`)
}

function suggestion(name: string, candidates: readonly string[]): string {
  const close = nearest(name, candidates)
  return close === undefined ? '' : ` Did you mean '${close}'?`
}

function labelOf({ id, name }: StoredKey): string {
  return name === id ? id : `'${name}' (${id})`
}

function statusOf(key: StoredKey): 'active' | 'expired' | 'revoked' {
  if (key.revokedAt !== undefined) return 'revoked'
  return key.expiresAt !== undefined && key.expiresAt <= systemClock.now() ? 'expired' : 'active'
}

function validityOf({ expiresAt }: StoredKey): string {
  return expiresAt === undefined ? 'without expiry' : `valid until ${timeText(expiresAt)}`
}

function timeText(timeMs: number | undefined): string {
  if (timeMs === undefined) return 'never'
  return new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ') + ' UTC'
}

function tableOf(keys: readonly StoredKey[]): string {
  const rows = keys.map((key) => [
    key.id,
    key.name === key.id ? '-' : key.name,
    maskKey(key.lastFour),
    key.user,
    key.tenant,
    key.models.join(', '),
    timeText(key.createdAt),
    timeText(key.expiresAt),
    statusOf(key),
  ])
  const head = ['ID', 'NAME', 'KEY', 'USER', 'TENANT', 'MODELS', 'CREATED', 'EXPIRES', 'STATUS']
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => Bun.stringWidth(row[column] ?? ''))),
  )
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - Bun.stringWidth(cell)))
      .join('  ')
      .trimEnd()
  return [head, ...rows].map((row) => `${lineOf(row)}\n`).join('')
}
