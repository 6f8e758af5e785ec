import { afterAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { chatRequest, connect } from './connection.ts'
import { Histogram, interquartileRange, median } from './histogram.ts'
import { HttpReader } from './http-reader.ts'
import { probeLatency } from './latency.ts'
import { serveMockUpstream } from './mock-upstream.ts'
import { runOpenLoop } from './open-loop.ts'
import { chatBody, eventsPerStream, longPromptBytes } from './payloads.ts'
import { runStreams } from './stream-load.ts'
import { growthPerMinute } from './summary.ts'

describe('the HTTP reader', () => {
  const messages =
    'POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello' +
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n' +
    'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

  test('reads the same messages however the bytes are split', () => {
    const read = (cuts: readonly number[]) => {
      const bodies: string[] = []
      let body = ''
      const reader = new HttpReader({
        onHead: () => (body = ''),
        onBody: (bytes) => (body += Buffer.from(bytes).toString()),
        onEnd: () => bodies.push(body),
      })
      let from = 0
      for (const cut of [...cuts, messages.length].toSorted((a, b) => a - b)) {
        reader.feed(Buffer.from(messages.slice(from, cut)))
        from = cut
      }
      return bodies
    }
    const split = fc.array(fc.nat(messages.length), { maxLength: 12 })
    fc.assert(
      fc.property(split, (cuts) => expect(read(cuts)).toEqual(['hello', 'abc0123456789', ''])),
    )
  })
})

describe('statistics', () => {
  test('a quantile is within a thousandth of the exact one, merged or not', () => {
    const values = fc.array(fc.integer({ min: 1, max: 5_000_000 }), {
      minLength: 1,
      maxLength: 300,
    })
    fc.assert(
      fc.property(values, (microseconds) => {
        const [whole, half, other] = [new Histogram(), new Histogram(), new Histogram()]
        for (const [index, value] of microseconds.entries()) {
          whole.record(value / 1_000)
          ;(index % 2 === 0 ? half : other).record(value / 1_000)
        }
        const exact =
          microseconds.toSorted((a, b) => a - b)[Math.ceil(microseconds.length * 0.99) - 1] ?? 0
        const measured = whole.quantile(0.99) * 1_000
        expect(Math.abs(measured - exact) / exact).toBeLessThanOrEqual(0.002)
        expect(half.merge(other.counts()).quantile(0.99)).toBe(whole.quantile(0.99))
      }),
    )
  })

  test('medians, spreads and growth are the textbook ones', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([1, 2])).toBe(1.5)
    expect(interquartileRange([1, 2, 3, 4, 5])).toBe(2)
    expect(
      growthPerMinute(Array.from({ length: 20 }, (_, second) => 100 + second / 60)),
    ).toBeCloseTo(1, 6)
  })
})

describe('the load tools against the mock', () => {
  const mock = serveMockUpstream(0)
  const aim = { port: mock.port, headers: {} }
  afterAll(() => mock.stop())

  test('bodies have the size that was asked for, a long prompt included', () => {
    for (const bytes of [1_024, longPromptBytes, 1_048_576]) {
      expect(Buffer.byteLength(chatBody(bytes))).toBe(bytes)
    }
  })

  test('bodies of one megabyte arrive whole and are answered', async () => {
    const connection = await connect(mock.port)
    let received = 0
    const { status } = await connection.exchange(chatRequest(aim, chatBody(1_048_576)), (bytes) => {
      received += bytes.length
    })
    connection.close()
    expect(status).toBe(200)
    expect(received).toBeGreaterThan(900)
  })

  test('every answer is counted once, in order or on schedule', async () => {
    const probed = await probeLatency({ ...aim, samples: 50, warmup: 5, bodyBytes: 1_024 })
    expect(new Histogram().merge(probed.latency).total).toBe(50)
    const load = {
      perSecond: 500,
      seconds: 0.4,
      warmupSeconds: 0,
      connections: 8,
      bodyBytes: 1_024,
    }
    const open = await runOpenLoop({ ...aim, ...load })
    expect({ ...open, latency: 0 }).toEqual({ latency: 0, sent: 200, failures: 0, unanswered: 0 })
    expect(new Histogram().merge(open.latency).total).toBe(200)
  })

  test('an open loop counts the wait for a server that stalls', async () => {
    const slow = Bun.serve({
      port: 0,
      async fetch() {
        await Bun.sleep(50)
        return new Response('{}')
      },
    })
    const load = { perSecond: 100, seconds: 0.3, warmupSeconds: 0, connections: 1, bodyBytes: 256 }
    const open = await runOpenLoop({ port: slow.port ?? 0, headers: {}, ...load })
    await slow.stop(true)
    // One connection serves 20 a second: of 30 requests due within 300 ms the last waits for over a second.
    expect(new Histogram().merge(open.latency).quantile(1)).toBeGreaterThan(800)
  })

  test('streams arrive complete, identical and paced; readers that leave are seen', async () => {
    const load = { streams: 20, staggerMs: 1, bodyBytes: 1_024 }
    const all = await runStreams({ ...aim, ...load, leaveAfter: 0 })
    expect(all).toMatchObject({
      complete: 20,
      identical: 20,
      failures: 0,
      eventsReceived: 20 * eventsPerStream,
    })
    expect(all.sha256).toBe(all.sha256Expected)
    const left = await runStreams({ ...aim, ...load, leaveAfter: 2 })
    expect(left.leftAt).toHaveLength(20)
    await Bun.sleep(20)
    const stats = await fetch(`http://127.0.0.1:${mock.port}/stats`)
    const { aborted }: { aborted: unknown[] } = JSON.parse(await stats.text())
    expect(aborted).toHaveLength(20)
  })
})
