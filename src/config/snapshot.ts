/** The use of one snapshot by one call. Release it exactly when the call ends; a second time does nothing. */
export interface Lease<T> extends Disposable {
  readonly value: T
  release(): void
}

/** Holds the snapshot in force, and each former one until the last call that uses it has ended. */
export interface SnapshotHolder<T> extends AsyncDisposable {
  /** The snapshot in force, without a lease: for looking, not for using across an `await`. */
  readonly current: T
  /** Snapshots not yet disposed, the one in force included. */
  readonly alive: number
  /** Leases the snapshot in force; throws once the holder is disposed. */
  acquire(): Lease<T>
  /**
   * Puts the next snapshot in force for every call from now on. Resolves when the former one is
   * disposed, which is after its last lease; nobody needs to wait for that.
   */
  swap(next: T): Promise<void>
}

/** What a holder reports. */
export interface SnapshotHolderOptions {
  /** Called when disposing a former snapshot fails; the holder carries on. */
  readonly onDisposeError?: (error: unknown) => void
}

/** Makes a holder. Disposing it retires the current snapshot and waits for every lease to end. */
export function createSnapshotHolder<T extends AsyncDisposable>(
  initial: T,
  options: SnapshotHolderOptions = {},
): SnapshotHolder<T> {
  const retired = new Set<Entry<T>>()
  const makeEntry = (value: T): Entry<T> =>
    new Entry(value, options.onDisposeError ?? (() => undefined), (entry) => retired.delete(entry))
  let current = makeEntry(initial)
  let isClosed = false

  const retire = (entry: Entry<T>): Promise<void> => {
    retired.add(entry)
    entry.retire()
    return entry.disposed
  }

  return {
    get current() {
      return current.value
    },
    get alive() {
      return retired.size + (isClosed ? 0 : 1)
    },
    acquire() {
      if (isClosed) throw new Error('the configuration is no longer in use')
      current.leases += 1
      return new EntryLease(current)
    },
    async swap(next) {
      if (next === current.value) return
      const former = current
      if (isClosed) {
        await next[Symbol.asyncDispose]()
        return
      }
      current = makeEntry(next)
      await retire(former)
    },
    async [Symbol.asyncDispose]() {
      if (!isClosed) {
        isClosed = true
        void retire(current)
      }
      await Promise.all([...retired].map((entry) => entry.disposed))
    },
  }
}

/** One snapshot with the number of calls that use it. */
class Entry<T extends AsyncDisposable> {
  readonly value: T
  leases = 0
  /** Resolves after the snapshot was disposed; never rejects. */
  readonly disposed: Promise<void>
  readonly #finish: () => void
  readonly #onError: (error: unknown) => void
  readonly #onDisposed: (entry: Entry<T>) => void
  #isRetired = false
  #isDisposing = false

  constructor(value: T, onError: (error: unknown) => void, onDisposed: (entry: Entry<T>) => void) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.value = value
    this.disposed = promise
    this.#finish = resolve
    this.#onError = onError
    this.#onDisposed = onDisposed
  }

  retire(): void {
    this.#isRetired = true
    this.#disposeIfUnused()
  }

  release(): void {
    this.leases -= 1
    if (this.#isRetired) this.#disposeIfUnused()
  }

  // INVARIANT: a retired entry gets no new leases, so the count reaches zero once and stays there.
  #disposeIfUnused(): void {
    if (this.leases > 0 || this.#isDisposing) return
    this.#isDisposing = true
    void this.#dispose()
  }

  async #dispose(): Promise<void> {
    try {
      await this.value[Symbol.asyncDispose]()
    } catch (error) {
      this.#onError(error)
    } finally {
      this.#onDisposed(this)
      this.#finish()
    }
  }
}

class EntryLease<T extends AsyncDisposable> implements Lease<T> {
  readonly value: T
  #entry: Entry<T> | undefined

  constructor(entry: Entry<T>) {
    this.value = entry.value
    this.#entry = entry
  }

  release(): void {
    const entry = this.#entry
    this.#entry = undefined
    entry?.release()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
