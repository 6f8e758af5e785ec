import { readdir } from 'node:fs/promises'

export interface ConnectionGuard extends Disposable {
  /** Open descriptors above those the process needs for itself, as last counted. */
  readonly count: () => number
  /** Whether the limit was reached at the last count and closing idle connections did not help. */
  readonly isFull: () => boolean
}

const checkEveryMs = 1000

/**
 * Watches how many connections are open. The runtime has no such limit, so open descriptors are counted
 * once a second: beyond the limit, idle connections are closed, and while that does not help new calls
 * are to be refused. A connection that has not sent a whole request is not idle to the runtime, which
 * closes it by itself after some twelve seconds. Only where the system shows descriptors under `/proc`.
 */
export function watchConnections(options: {
  readonly max: () => number
  readonly closeIdle: () => number
  readonly countDescriptors?: () => Promise<number>
}): ConnectionGuard {
  const countDescriptors = options.countDescriptors ?? countOwnDescriptors
  let baseline: number | undefined
  let count = 0
  let isFull = false

  async function check(): Promise<void> {
    const open = await countDescriptors()
    // Connections may be open already at the first count; the lowest count is the nearest to none.
    baseline = Math.min(baseline ?? open, open)
    count = Math.max(0, open - baseline)
    if (count <= options.max()) {
      isFull = false
      return
    }
    const closed = options.closeIdle()
    isFull = count - closed > options.max()
  }

  const timer = setInterval(() => {
    check().catch(() => {
      // No /proc on this system: connections are then bounded by the descriptor limit of the process.
      clearInterval(timer)
    })
  }, checkEveryMs)
  timer.unref()
  return {
    count: () => count,
    isFull: () => isFull,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

async function countOwnDescriptors(): Promise<number> {
  return (await readdir('/proc/self/fd')).length
}
