import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { asArray, asString, isObject, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { changedPaths } from './changes.ts'
import { unifiedDiff } from './diff.ts'
import { decodeText, describeFileError, errorCode, FileProblem, readLocalFile } from './files.ts'
import { HistoryError } from './history-error.ts'
import type { ConfigLoader, LoadedConfig } from './load.ts'
import { ConfigError } from './problem.ts'
import { restoreSecrets } from './restore.ts'
import { createFile, replaceFile } from './write.ts'

/** One accepted version. Nothing in it is secret. */
export interface HistoryEntry {
  /** Counts accepted versions from 1. */
  readonly sequence: number
  readonly version: string
  /** ISO 8601. */
  readonly at: string
  readonly author: string
  readonly action: 'change' | 'rollback'
  /** The version that a rollback went back to. */
  readonly restored?: string
  /** The configuration file. */
  readonly source: string
  /** Paths of what changed since the entry before: `+` new, `-` gone, otherwise another value. */
  readonly changes: readonly string[]
  /** Paths of literal secrets that were taken out of `text`. */
  readonly masked: readonly string[]
  /** Unified diff to the entry before. */
  readonly diff: string
  readonly text: string
  /** The effective configuration without secrets. */
  readonly document: JsonObject
}

/** What history holds, and which of its files could not be read. */
export interface HistoryListing {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[]
  readonly damaged: readonly string[]
}

/** The accepted versions of a configuration, kept as files. */
export interface ConfigHistory {
  /** Keeps a version unless it is the newest already; returns the entry it made. */
  record<T>(loaded: LoadedConfig<T>, author: string): Promise<HistoryEntry | undefined>
  list(): Promise<HistoryListing>
  /** Finds a version by its hex digits (a beginning will do) or its number, as `12` or `#12`. */
  read(reference: string): Promise<HistoryEntry>
  /**
   * Puts an earlier version back into the configuration file and records that. `previous` stands
   * for the newest version that is not the one in the file. The version must be valid today;
   * secrets that were taken out of it are put in again from the present file, or it is refused.
   */
  rollback<T>(options: RollbackOptions<T>): Promise<HistoryEntry>
}

/** What is rolled back, where, and by whom. */
export interface RollbackOptions<T> {
  readonly loader: ConfigLoader<T>
  readonly path: string
  readonly reference: string
  readonly author: string
}

/** Where history is kept and how much of it. */
export interface HistoryOptions {
  /** The directory of entries, made when first needed. */
  readonly directory: string
  readonly clock: Clock
  /** Versions kept; 100 unless told. */
  readonly maxEntries?: number
}

const maxEntryBytes = 16 * 1_048_576
const defaultMaxEntries = 100
const maxShownChanges = 100
const entryName = /^(\d{8})\.json$/

/** Makes the history that lives in a directory. */
export function createConfigHistory(options: HistoryOptions): ConfigHistory {
  const { directory } = options

  const list = async (): Promise<HistoryListing> => {
    const entries: HistoryEntry[] = []
    const damaged: string[] = []
    for (const name of (await namesIn(directory)).toReversed()) {
      const entry = await readEntry(join(directory, name))
      if (entry === undefined) damaged.push(name)
      else entries.push(entry)
    }
    return { entries, damaged }
  }

  const add = async <T>(loaded: LoadedConfig<T>, facts: Facts): Promise<HistoryEntry> => {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    for (;;) {
      const [before] = (await list()).entries
      const names = await namesIn(directory)
      const entry = makeEntry(loaded, facts, before, sequenceOf(names.at(-1)) + 1)
      const name = `${String(entry.sequence).padStart(8, '0')}.json`
      // Another process may have taken the number meanwhile; then the next one is tried.
      if (!(await createFile(join(directory, name), JSON.stringify(entry, undefined, 2)))) continue
      await prune(directory, options.maxEntries ?? defaultMaxEntries)
      return entry
    }
  }

  const facts = (author: string): Facts => ({
    author,
    at: new Date(options.clock.now()).toISOString(),
    action: 'change',
  })

  const read = async (reference: string): Promise<HistoryEntry> =>
    find((await list()).entries, reference, directory)

  return {
    list,
    read,
    async record(loaded, author) {
      const [newest] = (await list()).entries
      if (newest?.text === loaded.text && newest.version === loaded.version) return undefined
      return add(loaded, facts(author))
    },
    async rollback({ loader, path, reference, author }) {
      const present = await readPresent(loader, path)
      const entry =
        reference === 'previous'
          ? findPrevious((await list()).entries, present.version, directory)
          : await read(reference)
      const text = restoreSecrets(entry, present.text)
      const loaded = await loader.parse(text, path)
      let added: HistoryEntry | undefined
      await replaceFile(path, text, async () => {
        added = await add(loaded, { ...facts(author), action: 'rollback', restored: entry.version })
        const file = join(directory, `${String(added.sequence).padStart(8, '0')}.json`)
        return () => rm(file, { force: true })
      }).catch((error: unknown) => {
        throw new HistoryError(`${path} ${describeFileError(error)}`, { cause: error })
      })
      if (added === undefined) throw new HistoryError('the version was not recorded')
      return added
    },
  }
}

interface Facts {
  readonly author: string
  readonly at: string
  readonly action: 'change' | 'rollback'
  readonly restored?: string
}

function makeEntry<T>(
  loaded: LoadedConfig<T>,
  facts: Facts,
  before: HistoryEntry | undefined,
  sequence: number,
): HistoryEntry {
  const changes = changedPaths(before?.document ?? {}, loaded.document)
  const shown = changes.slice(0, maxShownChanges)
  const rest = changes.length - shown.length
  return {
    sequence,
    version: loaded.version,
    ...facts,
    source: resolve(loaded.path),
    changes: rest > 0 ? [...shown, `… and ${rest} more`] : shown,
    masked: loaded.masked,
    diff: unifiedDiff(before?.text ?? '', loaded.text),
    text: loaded.text,
    document: loaded.document,
  }
}

function find(
  entries: readonly HistoryEntry[],
  reference: string,
  directory: string,
): HistoryEntry {
  const number = /^#?(\d{1,8})$/.exec(reference)?.[1]
  const byNumber = entries.find(
    (entry) => number !== undefined && entry.sequence === Number(number),
  )
  const byVersion =
    reference.length < 4 ? [] : entries.filter((entry) => entry.version.startsWith(reference))
  const versions = new Set(byVersion.map((entry) => entry.version))
  if (versions.size > 1) {
    throw new HistoryError(
      `several versions begin with '${reference}': ${[...versions].join(', ')}`,
    )
  }
  const found = byVersion[0] ?? byNumber
  if (found === undefined) {
    throw new HistoryError(`no version '${reference}' in ${directory} (${entries.length} are kept)`)
  }
  return found
}

function findPrevious(
  entries: readonly HistoryEntry[],
  present: string | undefined,
  directory: string,
): HistoryEntry {
  const found = entries.find((entry) => entry.version !== present)
  if (found === undefined) throw new HistoryError(`no earlier version in ${directory}`)
  return found
}

/** The file as it stands: it may be broken or gone, which is when a rollback is needed most. */
async function readPresent<T>(
  loader: ConfigLoader<T>,
  path: string,
): Promise<{ text: string; version: string | undefined }> {
  let text = ''
  try {
    text = await loader.read(path)
    return { text, version: (await loader.parse(text, path)).version }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { text, version: undefined }
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => entryName.test(name)).toSorted()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw new HistoryError(`${directory} ${describeFileError(error)}`, { cause: error })
  }
}

function sequenceOf(name: string | undefined): number {
  return Number(entryName.exec(name ?? '')?.[1] ?? 0)
}

async function prune(directory: string, maxEntries: number): Promise<void> {
  const names = await namesIn(directory)
  for (const name of names.slice(0, Math.max(0, names.length - maxEntries))) {
    await rm(join(directory, name), { force: true })
  }
}

async function readEntry(path: string): Promise<HistoryEntry | undefined> {
  try {
    return toEntry(decodeText(await readLocalFile(path, maxEntryBytes)))
  } catch (error) {
    // Reported by the caller as damaged; the other entries remain of use.
    if (error instanceof FileProblem) return undefined
    throw error
  }
}

function toEntry(json: string): HistoryEntry | undefined {
  const value = parseJson(json)
  if (!isObject(value)) return undefined
  const { sequence, version, at, author, action, source, diff, text, document, restored } = value
  const texts = { version, at, author, source, diff, text }
  const isComplete = Object.values(texts).every((field) => typeof field === 'string')
  if (!isComplete || typeof sequence !== 'number' || !isObject(document)) return undefined
  const strings = (list: (typeof value)[string]): string[] =>
    asArray(list).filter((item) => typeof item === 'string')
  return {
    sequence,
    version: asString(version) ?? '',
    at: asString(at) ?? '',
    author: asString(author) ?? '',
    action: action === 'rollback' ? 'rollback' : 'change',
    ...(typeof restored === 'string' ? { restored } : {}),
    source: asString(source) ?? '',
    changes: strings(value['changes']),
    masked: strings(value['masked']),
    diff: asString(diff) ?? '',
    text: asString(text) ?? '',
    document,
  }
}
