import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { describeFileError } from './files.ts'
import { openEntryStore } from './history-entries.ts'
import type { EntryStore, HistoryEntry, HistoryListing, RecordFacts } from './history-entries.ts'
import { HistoryError } from './history-error.ts'
import type { ConfigLoader, LoadedConfig } from './load.ts'
import { ConfigError } from './problem.ts'
import { restoreSecrets } from './restore.ts'
import { replaceFile } from './write.ts'

const defaultMaxEntries = 100

/** The accepted versions of a configuration, kept as files. */
export interface ConfigHistory<T> {
  /** Keeps a version unless it is the newest already; returns the entry it made. */
  record(loaded: LoadedConfig<T>, facts: RecordFacts): Promise<HistoryEntry | undefined>
  list(): Promise<HistoryListing>
  /** Finds a version by its hex digits (a beginning will do) or its number, as `12` or `#12`. */
  read(reference: string): Promise<HistoryEntry>
  /**
   * Puts an earlier version back into the configuration file and records that. `previous` stands
   * for the newest version that is not the one in the file. The version must be valid today;
   * secrets that were taken out of it are put in again from the present file, or it is refused.
   */
  rollback(options: RollbackOptions): Promise<HistoryEntry>
}

/** What is rolled back, where, and by whom. */
export interface RollbackOptions extends RecordFacts {
  readonly path: string
  /** A version, its number, or `previous`. */
  readonly reference: string
}

/** Where history is kept and how much of it. */
export interface HistoryOptions<T> {
  /** The data directory; history is in `config-history` within it, made when first needed. */
  readonly dataDir: string
  readonly loader: ConfigLoader<T>
  readonly clock: Clock
  /** Versions kept; 100 unless told. */
  readonly maxEntries?: number
}

/** Opens the history of a data directory; nothing is touched before it is used. */
export function openConfigHistory<T>(options: HistoryOptions<T>): ConfigHistory<T> {
  const { loader } = options
  const directory = join(options.dataDir, 'config-history')

  const store = openEntryStore(directory, options.maxEntries ?? defaultMaxEntries)
  const at = (): string => new Date(options.clock.now()).toISOString()
  const read = async (reference: string): Promise<HistoryEntry> =>
    find((await store.list()).entries, reference, directory)

  return {
    list: () => store.list(),
    read,
    async record(loaded, facts) {
      const [newest] = (await store.list()).entries
      if (newest?.text === loaded.text && newest.version === loaded.version) return undefined
      return store.add(loaded, { ...facts, at: at(), action: 'change' })
    },
    async rollback({ path, reference, ...facts }) {
      const present = await readPresent(loader, path)
      const entry =
        reference === 'previous'
          ? findPrevious((await store.list()).entries, present.version, directory)
          : await read(reference)
      const text = restoreSecrets(entry, present.text)
      const loaded = await loader.parse(text, path)
      const rollback = { ...facts, at: at(), action: 'rollback', restored: entry.version } as const
      return commit(store, path, text, () => store.add(loaded, rollback))
    },
  }
}

/** Writes the file and its entry: both or, short of a crash between the two, neither. */
async function commit(
  store: EntryStore,
  path: string,
  text: string,
  add: () => Promise<HistoryEntry>,
): Promise<HistoryEntry> {
  let added: HistoryEntry | undefined
  try {
    await replaceFile(path, text, async () => {
      const entry = await add()
      added = entry
      return () => store.remove(entry.sequence)
    })
  } catch (error) {
    if (error instanceof HistoryError) throw error
    throw new HistoryError(`${path} ${describeFileError(error)}`, { cause: error })
  }
  if (added === undefined) throw new HistoryError('the version was not recorded')
  return added
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
