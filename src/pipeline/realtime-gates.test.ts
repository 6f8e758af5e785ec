import { expect, test } from 'bun:test'
import type { Channel, Frame } from '../core/channel.ts'
import { openAiRealtime } from '../formats/index.ts'
import { makeQuestion } from '../../test/support/question.ts'
import { createClientGate, newTally } from './realtime-gates.ts'

/** A client that has not read what it was sent; it catches up when told to. */
function startSlowClient() {
  const sent: Frame[] = []
  const caughtUp = Promise.withResolvers<void>()
  const channel: Channel = {
    send(frame) {
      sent.push(frame)
      return caughtUp.promise
    },
    close: () => undefined,
    terminate: () => undefined,
    closed: new Promise(() => undefined),
    async *[Symbol.asyncIterator]() {
      // It says nothing.
    },
  }
  return { channel, sent, catchUp: () => caughtUp.resolve() }
}

const pass = { verdict: 'pass' } as const

test('a client that does not read what it is told about its errors is not read any further', async () => {
  const client = startSlowClient()
  const gate = createClientGate({
    question: makeQuestion(),
    client: client.channel,
    connection: { channel: client.channel, provider: 'p', model: 'm' },
    echo: undefined,
    events: openAiRealtime,
    inspector: { inspect: () => pass, isHolding: false, idle: () => pass, end: () => pass },
    maxJsonDepth: 64,
    decided: () => Promise.resolve(),
    tally: newTally(),
  })
  const judged = gate('no event')
  if (!(judged instanceof Promise)) throw new Error('The gate did not wait.')
  expect(client.sent).toHaveLength(1)
  expect(await Promise.race([judged, Bun.sleep(5).then(() => 'waits')])).toBe('waits')
  client.catchUp()
  expect(await judged).toEqual([])
  const about = 'e'.repeat(1_000_000)
  await gate(JSON.stringify({ event_id: about, session: { model: 'other' } }))
  expect(client.sent.at(-1)?.length).toBeLessThan(2000)
})
