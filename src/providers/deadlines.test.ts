import { describe, expect, test } from 'bun:test'
import { Alarms } from './alarms.ts'
import { startDeadlines } from './deadlines.ts'

const patient = { firstByteTimeoutMs: 10_000, idleTimeoutMs: 10_000, totalTimeoutMs: 10_000 }
const nobody = new AbortController().signal

function explanation(deadlines: ReturnType<typeof startDeadlines>): {
  code: string
  message: string
} {
  const { code, message } = deadlines.explain(new Error('aborted'))
  return { code, message }
}

describe('the deadlines of an attempt', () => {
  test('a provider that sends no byte is given up after the time for the first byte', async () => {
    using deadlines = startDeadlines(nobody, { ...patient, firstByteTimeoutMs: 40 }, new Alarms())
    deadlines.waiting()
    await Bun.sleep(20)
    expect(deadlines.signal.aborted).toBe(false)
    deadlines.waiting()
    await Bun.sleep(60)
    expect(deadlines.signal.aborted).toBe(true)
    expect(explanation(deadlines)).toEqual({
      code: 'provider_timeout',
      message: 'The provider did not begin to answer within 40 ms.',
    })
  })

  test('all requests of an exchange end with it', async () => {
    using deadlines = startDeadlines(nobody, { ...patient, totalTimeoutMs: 30 }, new Alarms())
    const ended: string[] = []
    for (const request of ['a', 'b', 'c']) deadlines.onAbort(() => ended.push(request))
    await Bun.sleep(60)
    expect(ended).toEqual(['a', 'b', 'c'])
    deadlines.onAbort(() => ended.push('d'))
    expect(ended).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a provider that sends frames but no word is given up after the time for the first word', async () => {
    const timeouts = { ...patient, firstTokenTimeoutMs: 60 }
    using deadlines = startDeadlines(nobody, timeouts, new Alarms())
    for (let piece = 0; piece < 4; piece++) {
      deadlines.waiting()
      await Bun.sleep(10)
      deadlines.begun()
      deadlines.arrived()
    }
    expect(deadlines.signal.aborted).toBe(false)
    deadlines.waiting()
    await Bun.sleep(80)
    expect(explanation(deadlines)).toEqual({
      code: 'provider_timeout',
      message: 'The provider did not say a word within 60 ms.',
    })
  })

  test('the time for the first word is over with the first word, and stands still for a slow client', async () => {
    const timeouts = { ...patient, firstTokenTimeoutMs: 40 }
    using spoken = startDeadlines(nobody, timeouts, new Alarms())
    spoken.begun()
    spoken.spoken()
    spoken.waiting()
    using held = startDeadlines(nobody, timeouts, new Alarms())
    held.begun()
    held.arrived()
    await Bun.sleep(100)
    expect(spoken.signal.aborted).toBe(false)
    expect(held.signal.aborted).toBe(false)
  })

  test('silence in the middle of an answer is measured from the last piece', async () => {
    using deadlines = startDeadlines(nobody, { ...patient, idleTimeoutMs: 60 }, new Alarms())
    deadlines.begun()
    for (let piece = 0; piece < 4; piece++) {
      deadlines.waiting()
      await Bun.sleep(30)
      deadlines.arrived()
    }
    expect(deadlines.signal.aborted).toBe(false)
    deadlines.waiting()
    await Bun.sleep(150)
    expect(explanation(deadlines).message).toContain('sent nothing for 60 ms')
  })

  test('a slow client is not mistaken for a silent provider', async () => {
    using deadlines = startDeadlines(nobody, { ...patient, idleTimeoutMs: 30 }, new Alarms())
    deadlines.begun()
    deadlines.waiting()
    deadlines.arrived()
    await Bun.sleep(120)
    expect(deadlines.signal.aborted).toBe(false)
  })

  test('the whole call has a deadline of its own, however steadily bytes arrive', async () => {
    using deadlines = startDeadlines(nobody, { ...patient, totalTimeoutMs: 60 }, new Alarms())
    deadlines.begun()
    for (let piece = 0; piece < 10 && !deadlines.signal.aborted; piece++) {
      deadlines.waiting()
      await Bun.sleep(15)
      deadlines.arrived()
    }
    expect(explanation(deadlines).message).toContain('did not finish within 60 ms')
  })

  test('a client that leaves ends the exchange at once, also when it had left before', () => {
    const client = new AbortController()
    using running = startDeadlines(client.signal, patient, new Alarms())
    client.abort()
    expect(running.signal.aborted).toBe(true)
    expect(explanation(running).code).toBe('client_closed')
    using late = startDeadlines(client.signal, patient, new Alarms())
    expect(late.signal.aborted).toBe(true)
  })

  test('once disposed they end nothing', async () => {
    const client = new AbortController()
    const deadlines = startDeadlines(
      client.signal,
      { ...patient, totalTimeoutMs: 20 },
      new Alarms(),
    )
    deadlines[Symbol.dispose]()
    client.abort()
    await Bun.sleep(50)
    expect(deadlines.signal.aborted).toBe(false)
  })
})
