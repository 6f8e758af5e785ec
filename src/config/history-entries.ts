import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { asArray, asString, isObject, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { changedPaths } from './changes.ts'
import { unifiedDiff } from './diff.ts'
import { decodeText, describeFileError, errorCode, FileProblem, readLocalFile } from './files.ts'
import { HistoryError } from './history-error.ts'
import type { LoadedConfig } from './load.ts'
import { createFile } from './write.ts'

/** One accepted version. Nothing in it is secret. */
export interface HistoryEntry {
  /** Counts accepted versions from 1. */
  readonly sequence: number
  readonly version: string
  /** ISO 8601. */
  readonly at: string
  readonly author: string
  readonly action: 'change' | 'rollback'
  readonly note?: string
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

/** Who made a version, and what is to be said about it. */
export interface RecordFacts {
  readonly author: string
  readonly note?: string
}

/** All that is said of a version besides what is in it. */
export interface EntryFacts extends RecordFacts {
  readonly at: string
  readonly action: 'change' | 'rollback'
  readonly restored?: string
}

/** Entries as files of one directory, each written whole or not at all. */
export interface EntryStore {
  list(): Promise<HistoryListing>
  add<T>(loaded: LoadedConfig<T>, facts: EntryFacts): Promise<HistoryEntry>
  remove(sequence: number): Promise<void>
}

const maxEntryBytes = 16 * 1_048_576
const maxShownChanges = 100
const entryName = /^(\d{8})\.json$/

/** Opens a directory of entries, which is made when first needed. */
export function openEntryStore(directory: string, maxEntries: number): EntryStore {
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

  return {
    list,
    async add(loaded, facts) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      for (;;) {
        const [before] = (await list()).entries
        const names = await namesIn(directory)
        const entry = makeEntry(loaded, facts, before, sequenceOf(names.at(-1)) + 1)
        const file = join(directory, nameOf(entry.sequence))
        // Another process may have taken the number meanwhile; then the next one is tried.
        if (!(await createFile(file, JSON.stringify(entry, undefined, 2)))) continue
        await prune(directory, maxEntries)
        return entry
      }
    },
    remove: (sequence) => rm(join(directory, nameOf(sequence)), { force: true }),
  }
}

function nameOf(sequence: number): string {
  return `${String(sequence).padStart(8, '0')}.json`
}

function makeEntry<T>(
  loaded: LoadedConfig<T>,
  facts: EntryFacts,
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
  const { sequence, version, at, author, action, source, diff, text, document, restored, note } =
    value
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
    ...(typeof note === 'string' ? { note } : {}),
    ...(typeof restored === 'string' ? { restored } : {}),
    source: asString(source) ?? '',
    changes: strings(value['changes']),
    masked: strings(value['masked']),
    diff: asString(diff) ?? '',
    text: asString(text) ?? '',
    document,
  }
}
