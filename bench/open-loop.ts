import { chatRequest, connect } from './connection.ts'
import type { Aim, Connection } from './connection.ts'
import { Histogram } from './histogram.ts'
import type { Counts } from './histogram.ts'
import { chatBody } from './payloads.ts'

export interface OpenLoopOptions extends Aim {
  readonly perSecond: number
  readonly seconds: number
  /** Results of the first seconds are not counted. */
  readonly warmupSeconds: number
  readonly connections: number
  readonly bodyBytes: number
}

export interface OpenLoopResult {
  /** From the moment a request was due, so that waiting for a stalled server counts. */
  readonly latency: Counts
  readonly sent: number
  readonly failures: number
  /** Requests still without an answer two seconds after the last one was due. */
  readonly unanswered: number
}

/**
 * Sends requests at a constant rate whatever the server does. Latency counts from the time a request
 * was due, not from when a connection was free for it: this is the correction for coordinated omission.
 */
export async function runOpenLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const request = chatRequest(options, chatBody(options.bodyBytes))
  const all = await Promise.all(
    Array.from({ length: options.connections }, () => connect(options.port)),
  )
  const idle = [...all]
  const histogram = new Histogram()
  const total = Math.round(options.perSecond * options.seconds)
  const intervalMs = 1_000 / options.perSecond
  const startAt = performance.now() + 20
  const countFrom = startAt + options.warmupSeconds * 1_000
  let next = 0
  let open = 0
  let failures = 0

  const sendOne = async (connection: Connection, dueAt: number) => {
    open++
    try {
      const { status, endedAt } = await connection.exchange(request)
      idle.push(connection)
      if (status !== 200) failures++
      else if (dueAt >= countFrom) histogram.record(endedAt - dueAt)
    } catch {
      // The connection is gone: the request failed and the pool is smaller by one.
      failures++
    }
    open--
    pump()
  }
  const pump = () => {
    const now = performance.now()
    while (next < total && startAt + next * intervalMs <= now) {
      const connection = idle.pop()
      if (connection === undefined) return
      void sendOne(connection, startAt + next++ * intervalMs)
    }
  }
  const timer = setInterval(pump, 1)
  const deadline = startAt + options.seconds * 1_000 + 2_000
  const isDone = () => next >= total && open === 0
  while (!isDone() && performance.now() < deadline) await Bun.sleep(5)
  clearInterval(timer)
  for (const connection of all) connection.close()
  return { latency: histogram.counts(), sent: next, failures, unanswered: total - next + open }
}

if (import.meta.main) {
  const options: OpenLoopOptions = JSON.parse(process.argv[2] ?? '{}')
  console.log(JSON.stringify(await runOpenLoop(options)))
  process.exit(0)
}
