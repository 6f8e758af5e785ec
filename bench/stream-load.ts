import { chatRequest, connect } from './connection.ts'
import type { Aim } from './connection.ts'
import { Histogram } from './histogram.ts'
import type { Counts } from './histogram.ts'
import { chatBody, eventsPerStream, streamBytes } from './payloads.ts'

export interface StreamLoadOptions extends Aim {
  readonly streams: number
  /** Time between the starts of two streams. */
  readonly staggerMs: number
  readonly bodyBytes: number
  /** Readers leave after so many events; 0 means they stay to the end. */
  readonly leaveAfter: number
}

export interface StreamLoadResult {
  readonly streams: number
  readonly complete: number
  readonly identical: number
  readonly failures: number
  readonly eventsExpected: number
  readonly eventsReceived: number
  readonly firstToken: Counts
  /** Time between two arrivals with events in them, within a stream. */
  readonly gaps: Counts
  readonly maxGapMs: number
  /** Streams whose largest gap is over ten times the pace. */
  readonly stalled: number
  readonly sha256: string
  readonly sha256Expected: string
  /** When each reader left, in milliseconds since the epoch. */
  readonly leftAt: readonly number[]
}

const tenPacesMs = 200
const expected = Buffer.from(streamBytes)

/** Reads many streams at once, times every event and compares every byte with what the mock sends. */
export async function runStreams(options: StreamLoadOptions): Promise<StreamLoadResult> {
  const request = chatRequest(options, chatBody(options.bodyBytes, true))
  const firstToken = new Histogram()
  const gaps = new Histogram()
  const hasher = new Bun.CryptoHasher('sha256')
  const result = {
    complete: 0,
    identical: 0,
    failures: 0,
    eventsReceived: 0,
    maxGapMs: 0,
    stalled: 0,
  }
  const leftAt: number[] = []

  const readOne = async (index: number) => {
    const connection = await connect(options.port)
    const startedAt = performance.now()
    let lastAt = startedAt
    let events = 0
    let offset = 0
    let same = true
    let largestGap = 0
    let lastByte = 0
    const left = Promise.withResolvers<undefined>()
    let isGone = false
    const onBody = (bytes: Uint8Array) => {
      if (isGone) return
      const now = performance.now()
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      if (index === 0) hasher.update(buffer)
      same &&= expected.subarray(offset, offset + buffer.length).equals(buffer)
      offset += buffer.length
      const found = countEvents(buffer, lastByte)
      lastByte = buffer[buffer.length - 1] ?? lastByte
      if (found === 0) return
      if (events === 0) firstToken.record(now - startedAt)
      else {
        gaps.record(now - lastAt)
        largestGap = Math.max(largestGap, now - lastAt)
      }
      lastAt = now
      events += found
      if (options.leaveAfter > 0 && events >= options.leaveAfter) {
        isGone = true
        leftAt.push(Date.now())
        connection.close()
        left.resolve(undefined)
      }
    }
    try {
      const ended = await Promise.race([connection.exchange(request, onBody), left.promise])
      if (ended !== undefined && ended.status !== 200) throw new Error(`status ${ended.status}`)
      if (ended !== undefined && events === eventsPerStream) result.complete++
      if (same && offset === expected.length) result.identical++
    } catch {
      // Counted, not explained: the reasons are in the target's own log.
      result.failures++
    }
    connection.close()
    result.eventsReceived += events
    result.maxGapMs = Math.max(result.maxGapMs, largestGap)
    if (largestGap > tenPacesMs) result.stalled++
  }
  const startAt = performance.now()
  const running: Promise<void>[] = []
  for (let index = 0; index < options.streams; index++) {
    const wait = startAt + index * options.staggerMs - performance.now()
    if (wait > 0) await Bun.sleep(wait)
    // A refused connection is a failed stream too.
    running.push(readOne(index).catch(() => void result.failures++))
  }
  await Promise.race([Promise.all(running), Bun.sleep(30_000)])
  return {
    streams: options.streams,
    ...result,
    eventsExpected: options.streams * eventsPerStream,
    firstToken: firstToken.counts(),
    gaps: gaps.counts(),
    sha256: hasher.digest('hex'),
    sha256Expected: new Bun.CryptoHasher('sha256').update(streamBytes).digest('hex'),
    leftAt,
  }
}

/** Counts blank lines, the ends of events; `previous` is the byte before the buffer. */
function countEvents(buffer: Buffer, previous: number): number {
  let count = previous === 10 && buffer[0] === 10 ? 1 : 0
  for (let at = buffer.indexOf('\n\n'); at >= 0; at = buffer.indexOf('\n\n', at + 2)) count++
  return count
}

if (import.meta.main) {
  const options: StreamLoadOptions = JSON.parse(process.argv[2] ?? '{}')
  console.log(JSON.stringify(await runStreams(options)))
  process.exit(0)
}
