import type { KeyStore } from './key-store.ts'

export interface WatchStoredKeysOptions {
  /** How often the store is asked for changes; with the time of `onChange` this is the delay of a revocation. */
  readonly intervalMs?: number
  /** Loads the keys; called once at once, then after every change by any process. */
  readonly onChange: () => void
  /** Told about the first failure of a run of failures; the keys loaded last stay in force meanwhile. */
  readonly onError: (error: unknown) => void
}

/**
 * Watches the key store, so that keys made or revoked by another process take effect without a
 * database read on the path of a call. Throws when the first load fails. Disposing it ends the watch.
 */
export function watchStoredKeys(
  store: Pick<KeyStore, 'changes'>,
  options: WatchStoredKeysOptions,
): AsyncDisposable {
  let loaded = -1
  let isFailing = false

  function check(): void {
    // Read before the load: a change during it shows up as a difference next time.
    const current = store.changes()
    if (current === loaded) return
    options.onChange()
    loaded = current
  }

  function checkAgain(): void {
    try {
      check()
      isFailing = false
    } catch (error) {
      // Tried again at the next interval, since `loaded` did not move.
      if (!isFailing) options.onError(error)
      isFailing = true
    }
  }

  check()
  const timer = setInterval(checkAgain, options.intervalMs ?? 500)
  timer.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
    },
  }
}
