import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { errorCode } from './files.ts'
import type { ConfigLoader, LoadedConfig } from './load.ts'
import { ConfigError } from './problem.ts'
import { signatureOf } from './signature.ts'
import type { Signature } from './signature.ts'

/** What to watch and whom to tell. */
export interface WatchOptions<T> {
  readonly loader: ConfigLoader<T>
  readonly path: string
  /** The configuration in force when watching begins. */
  readonly initial: LoadedConfig<T>
  /**
   * Told of each valid change of any effective value; the next change waits until it is done.
   * When it throws, the change counts as rejected.
   */
  readonly onSnapshot: (loaded: LoadedConfig<T>) => void | Promise<void>
  /** Told once of each bad state of the files; the configuration in force stays. */
  readonly onRejected: (error: Error) => void
  /** Quiet time after the last event before files are read, in milliseconds. */
  readonly debounceMs?: number
  /** Interval of the look that finds what no event told, in milliseconds. */
  readonly pollMs?: number
}

/** A running watch; dispose it to end it. */
export interface ConfigWatch extends AsyncDisposable {
  /** Loads at once and tells a bad state again: for SIGHUP. Resolves when the outcome was told. */
  reload(): Promise<void>
}

/**
 * Watches a configuration file and the secret files it names, also when they are replaced by
 * rename (editors) or by swapping a symbolic link (Kubernetes).
 */
export function watchConfig<T>(options: WatchOptions<T>): ConfigWatch {
  return new Watch(options)
}

const defaultDebounceMs = 50
const defaultPollMs = 2_000
/** An endless series of events does not postpone loading for longer than this many debounces. */
const maxDebounces = 10
/** Below this age a file can change once more without its times showing it. */
const racyMs = 100

class Watch<T> implements ConfigWatch {
  readonly #options: WatchOptions<T>
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #poll: ReturnType<typeof setInterval>
  #timer: ReturnType<typeof setTimeout> | undefined
  #firstEventAt: number | undefined
  #fingerprint: string
  #files: readonly string[]
  #signature = ''
  #rejection: string | undefined
  #work: Promise<void> = Promise.resolve()
  #isDisposed = false

  constructor(options: WatchOptions<T>) {
    this.#options = options
    this.#fingerprint = options.initial.fingerprint
    this.#files = options.initial.files
    this.#poll = setInterval(() => void this.#enqueue(false), options.pollMs ?? defaultPollMs)
    // The file may have changed since it was loaded, so the first look always loads.
    void this.#enqueue(true)
  }

  reload(): Promise<void> {
    const forget = (): void => {
      this.#rejection = undefined
    }
    this.#work = this.#work.then(forget)
    return this.#enqueue(true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    clearInterval(this.#poll)
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
    await this.#work
  }

  /** Looks come one after another: a slow load is never overtaken by a later one. */
  #enqueue(mustLoad: boolean): Promise<void> {
    this.#work = this.#work.then(() => this.#look(mustLoad))
    return this.#work
  }

  async #look(mustLoad: boolean): Promise<void> {
    if (this.#isDisposed) return
    const signature = await signatureOf([this.#options.path, ...this.#files])
    this.#watchDirectories(signature.directories)
    if (!mustLoad && signature.text === this.#signature) return
    this.#signature = signature.text
    this.#lookAgainIfRacy(signature)
    await this.#load()
    const after = await signatureOf([this.#options.path, ...this.#files])
    this.#watchDirectories(after.directories)
    if (after.text !== signature.text) this.#schedule()
  }

  async #load(): Promise<void> {
    try {
      const loaded = await this.#options.loader.load(this.#options.path)
      if (this.#isDisposed) return
      this.#files = loaded.files
      if (loaded.fingerprint !== this.#fingerprint) await this.#options.onSnapshot(loaded)
      this.#fingerprint = loaded.fingerprint
      this.#rejection = undefined
    } catch (error) {
      this.#reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #reject(error: Error): void {
    if (error instanceof ConfigError) this.#files = [...new Set([...this.#files, ...error.files])]
    if (this.#isDisposed || error.message === this.#rejection) return
    this.#rejection = error.message
    this.#options.onRejected(error)
  }

  #schedule(): void {
    if (this.#isDisposed) return
    const debounceMs = this.#options.debounceMs ?? defaultDebounceMs
    const now = performance.now()
    this.#firstEventAt ??= now
    const latest = this.#firstEventAt + debounceMs * maxDebounces
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => {
        this.#firstEventAt = undefined
        void this.#enqueue(false)
      },
      Math.max(0, Math.min(debounceMs, latest - now)),
    )
  }

  /** A file written a moment ago may be written again within the grain of its time stamps. */
  #lookAgainIfRacy(signature: Signature): void {
    if (Math.abs(Date.now() - signature.changedAt) > racyMs) return
    this.#signature = ''
    this.#schedule()
  }

  #watchDirectories(directories: readonly string[]): void {
    if (this.#isDisposed) return
    for (const [directory, watcher] of this.#watchers) {
      if (directories.includes(directory)) continue
      watcher.close()
      this.#watchers.delete(directory)
    }
    for (const directory of directories) {
      if (!this.#watchers.has(directory)) this.#watchDirectory(directory)
    }
  }

  #watchDirectory(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#schedule())
      watcher.on('error', () => this.#forget(directory, watcher))
      this.#watchers.set(directory, watcher)
    } catch (error) {
      // No such directory, or no watches left: the poll sees changes all the same, only later.
      if (errorCode(error) === '') throw error
    }
  }

  #forget(directory: string, watcher: FSWatcher): void {
    watcher.close()
    if (this.#watchers.get(directory) === watcher) this.#watchers.delete(directory)
  }
}
