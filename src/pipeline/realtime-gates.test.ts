import { expect, test } from 'bun:test'
import type { Channel, Frame } from '../core/channel.ts'
import { openAiRealtime } from '../formats/index.ts'
import { makeQuestion } from '../../test/support/question.ts'
import { undecided } from '../core/decision.ts'
import type { Decision } from '../core/decision.ts'
import type { SessionInspector } from '../core/session.ts'
import { createClientGate, createProviderGate, newTally } from './realtime-gates.ts'
import type { GateContext } from './realtime-gates.ts'

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
const blocking: Decision = { ...undecided, verdict: 'block', reason: 'Not this.' }

/** What gates share, with an inspector of one's own; both sides are the same channel. */
function contextOf(channel: Channel, inspector: Partial<SessionInspector>): GateContext {
  return {
    question: makeQuestion(),
    client: channel,
    connection: { channel, provider: 'p', model: 'm' },
    echo: undefined,
    events: openAiRealtime,
    inspector: {
      inspect: () => pass,
      isHolding: false,
      idle: () => pass,
      end: () => pass,
      ...inspector,
    },
    maxJsonDepth: 64,
    decided: () => Promise.resolve(),
    tally: newTally(),
  }
}

const typesOf = (frames: readonly Frame[]) => frames.map((frame) => openAiRealtime.read(frame).type)
const delta = '{"type":"response.output_text.delta","response_id":"r","item_id":"i","delta":"x"}'

test('a client that does not read what it is told about its errors is not read any further', async () => {
  const client = startSlowClient()
  const gate = createClientGate(contextOf(client.channel, {}))
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

test('what an inspector puts in the place of an event goes on in its order, recorded before', async () => {
  const decided: Decision[] = []
  const decision: Decision = { ...undecided, verdict: 'redact' }
  const { channel } = startSlowClient()
  const context: GateContext = {
    ...contextOf(channel, {
      inspect: ({ frame }) => ({
        verdict: 'replace',
        frames: ['{"type":"before"}', frame],
        decision,
      }),
    }),
    decided(found) {
      decided.push(found)
      return Promise.resolve()
    },
  }
  const passed = await createProviderGate(context).pass(delta)
  expect(passed).toEqual(['{"type":"before"}', delta])
  expect(decided).toEqual([decision])
  expect(context.tally.changes).toBe(1)
})

test('a text that is stopped in a pause, or at the end, takes its response with it', async () => {
  const { channel, sent } = startSlowClient()
  const verdict = {
    verdict: 'block',
    decision: blocking,
    frames: ['{"type":"rest"}'],
    subject: { responseId: 'r', itemId: undefined },
  } as const
  const context = contextOf(channel, { idle: () => verdict, end: () => verdict })
  const gate = createProviderGate(context)
  await gate.pass('{"type":"response.created","response":{"id":"r"}}')
  expect(typesOf(await gate.idle())).toEqual(['rest', 'error'])
  expect(sent.map((frame) => openAiRealtime.read(frame))).toMatchObject([
    { type: 'response.cancel', responseId: 'r' },
  ])
  expect(await gate.pass(delta)).toEqual([])
  expect(await gate.pass('{"type":"conversation.item.done","item":{"id":"i"}}')).toEqual([])
  const done = '{"type":"response.done","response":{"id":"r","output":[{"id":"i"}]}}'
  expect(await gate.pass(done)).toEqual([
    '{"type":"response.done","response":{"id":"r","output":[]}}',
  ])
  expect(typesOf(await gate.end())).toEqual(['rest', 'error'])
})

test('an event passes that belongs to another response than the one that is stopped', async () => {
  const { channel } = startSlowClient()
  const subject = { responseId: 'other', itemId: undefined }
  const gate = createProviderGate(
    contextOf(channel, {
      inspect: ({ frame }) => ({
        verdict: 'block',
        decision: blocking,
        frames: [frame],
        subject,
      }),
    }),
  )
  expect(await gate.pass(delta)).toMatchObject([delta, expect.stringContaining('"error"')])
})
