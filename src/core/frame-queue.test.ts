import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { Frame } from './channel.ts'
import { Backlog, FrameQueue } from './frame-queue.ts'

function recordingSource() {
  const calls: string[] = []
  return { calls, pause: () => void calls.push('pause'), resume: () => void calls.push('resume') }
}

describe('a frame queue', () => {
  test('gives frames in their order, whoever is first, reader or frame', async () => {
    const frames = fc.array(fc.oneof(fc.string(), fc.uint8Array()), { maxLength: 50 })
    const run = fc.asyncProperty(
      frames,
      fc.integer({ min: 1, max: 64 }),
      async (sent, maxBytes) => {
        const queue = new FrameQueue(maxBytes, recordingSource())
        const reading = Array.fromAsync(queue)
        for (const [index, frame] of sent.entries()) {
          if (index % 3 === 0) await Promise.resolve()
          queue.push(frame)
        }
        queue.end()
        expect(await reading).toEqual(sent)
      },
    )
    await fc.assert(run, { numRuns: 100 })
  })

  test('pauses its source beyond its size and resumes it at half', async () => {
    const source = recordingSource()
    const queue = new FrameQueue(10, source)
    for (let count = 0; count < 6; count++) queue.push('äx')
    expect(source.calls).toEqual(['pause'])
    const reader = queue[Symbol.asyncIterator]()
    const read: (Frame | undefined)[] = []
    while (source.calls.length === 1) read.push((await reader.next()).value)
    expect(read).toHaveLength(5)
    expect(source.calls).toEqual(['pause', 'resume'])
  })

  test('ends a waiting reader, and loses what it gives up', async () => {
    const queue = new FrameQueue(10, recordingSource())
    const reader = queue[Symbol.asyncIterator]()
    const waiting = reader.next()
    queue.end()
    expect(await waiting).toEqual({ done: true, value: undefined })

    const other = new FrameQueue(10, recordingSource())
    other.push('a')
    other.end({ giveUp: true })
    other.push('b')
    expect(await Array.fromAsync(other)).toEqual([])
  })
})

describe('a backlog', () => {
  test('lets senders wait above its size until half of it is left', async () => {
    const backlog = new Backlog(100)
    expect(backlog.sent(100)).toBeUndefined()
    const waiting = backlog.sent(101)
    expect(backlog.sent(10)).toBe(waiting)
    backlog.drained(51)
    expect(backlog.isBehind).toBe(true)
    backlog.drained(50)
    await waiting
    expect(backlog.isBehind).toBe(false)
    const last = backlog.sent(101)
    backlog.end()
    await last
    expect(backlog.sent(1000)).toBeUndefined()
  })
})
