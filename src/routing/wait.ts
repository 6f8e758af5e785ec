/** Waits so many milliseconds, or until the signal fires. Never rejects. */
export async function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, delayMs)
  const stop = (): void => resolve()
  signal.addEventListener('abort', stop)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
