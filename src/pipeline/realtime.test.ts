import { describe, expect, test } from 'bun:test'
import { neverStopped } from '../../test/support/controls.ts'
import { makeCall, makePrincipal } from '../../test/support/question.ts'
import { newReport } from '../core/call.ts'
import type { Answer, AnswerEnd } from '../core/call.ts'
import type { Channel, ChannelEnd, Frame } from '../core/channel.ts'
import { undecided } from '../core/decision.ts'
import type { Decision } from '../core/decision.ts'
import { GatewayError } from '../core/errors.ts'
import { FrameQueue } from '../core/frame-queue.ts'
import { asArray, asObject, asString, isObject, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import type { SessionEvent, SessionInspector, SessionVerdict } from '../core/session.ts'
import { openAiRealtime, openRealtimeReader } from '../formats/index.ts'
import { channelTo, createSimulatedProvider } from '../providers/simulated/index.ts'
import { createSessionRegistry, openRealtime } from './index.ts'
import type { RealtimeStages } from './index.ts'

/** A client in memory: what it sends and what it got. */
class MemoryClient implements Channel {
  readonly #queue = new FrameQueue(1_000_000, { pause: () => undefined, resume: () => undefined })
  readonly #closed = Promise.withResolvers<ChannelEnd>()
  readonly events: JsonObject[] = []
  #seen = 0
  #wake = (): void => undefined

  get closed(): Promise<ChannelEnd> {
    return this.#closed.promise
  }

  send(frame: Frame): undefined {
    const event = typeof frame === 'string' ? parseJson(frame) : undefined
    if (isObject(event)) this.events.push(event)
    this.#wake()
  }

  close(code: number, reason: string): void {
    this.#queue.end({ giveUp: true })
    this.#closed.resolve({ code, reason })
    this.#wake()
  }

  terminate(): void {
    this.close(1006, '')
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.#queue[Symbol.asyncIterator]()
  }

  /** Says something as the client. */
  say(event: JsonObject | string | Uint8Array): void {
    const isRaw = typeof event === 'string' || event instanceof Uint8Array
    this.#queue.push(isRaw ? event : JSON.stringify(event))
  }

  /** Leaves as the client. */
  leave(code = 1000): void {
    this.#queue.end({ giveUp: code === 1006 })
    this.#closed.resolve({ code, reason: '' })
  }

  async until(type: string): Promise<JsonObject> {
    for (;;) {
      const found = this.events.slice(this.#seen).findIndex((event) => event['type'] === type)
      if (found >= 0) {
        this.#seen += found + 1
        return this.events[this.#seen - 1] ?? {}
      }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

const blocking: Decision = {
  ...undecided,
  verdict: 'block',
  ruleIds: ['no-secrets'],
  reason: 'Secrets stay inside.',
}

/** What a session left behind. */
interface Log {
  readonly decisions: Decision[]
  readonly closed: { readonly answer: Answer; readonly end: AnswerEnd }[]
  readonly refused: GatewayError[]
  readonly seen: SessionEvent[]
  /** Events as the provider got them. */
  readonly sent: (JsonObject | undefined)[]
  settled: number
}

type Inspect = (event: SessionEvent) => SessionVerdict | Promise<SessionVerdict>

/** Stages around the simulated provider, with an inspection of one's own. */
function makeStages(inspect: Inspect, script = ''): { stages: RealtimeStages; log: Log } {
  const log: Log = { decisions: [], closed: [], refused: [], seen: [], sent: [], settled: 0 }
  const simulated = createSimulatedProvider()
  const stages: RealtimeStages = {
    identity: { authenticate: () => makePrincipal() },
    controls: neverStopped,
    audit: {
      open: () => ({
        async decided(decision) {
          await Promise.resolve()
          log.decisions.push(decision)
        },
        close: (answer, end) => void log.closed.push({ answer, end }),
        refuse: (error) => void log.refused.push(error),
      }),
    },
    catalog: { resolve: () => ({ name: 'voice', order: () => [] }) },
    limits: { reserve: () => ({ settle: () => void (log.settled += 1) }) },
    compliance: {
      inspectRequest: () => undecided,
      redact: (question) => question,
      inspectAnswer: (_, answer) => answer,
      forget: () => undefined,
    },
    routing: {
      async send() {
        const url = `http://simulated.invalid/v1/realtime?model=${encodeURIComponent(`real${script}`)}`
        const handshake = await simulated.accept(new Request(url))
        if (handshake.type === 'refused') throw new GatewayError('provider_error')
        const channel = spied(channelTo(handshake.open, 1_000_000), log)
        const report = { ...newReport(), hasContent: true }
        return { ...emptyAnswer, provider: 'simulated', model: 'real', report, channel }
      },
    },
    inspection: {
      open: () => ({
        ...open,
        inspect(event) {
          log.seen.push(event)
          return inspect(event)
        },
      }),
    },
    sessions: createSessionRegistry(),
    sessionLimits: {
      maxSessions: 10,
      maxSessionsPerKey: 10,
      maxSessionMs: 60_000,
      idleTimeoutMs: 60_000,
      maxFrameBytes: 1_000_000,
      maxSessionBytes: 10_000_000,
      maxSessionFrames: 100_000,
      slowPeerTimeoutMs: 1_000,
      maxJsonDepth: 32,
    },
    events: openAiRealtime,
  }
  return { stages, log }
}

const emptyAnswer = { status: 101, headers: {}, body: '', cache: 'bypass', warnings: [] } as const

function spied(channel: Channel, log: Log): Channel {
  return {
    ...channel,
    send(frame) {
      log.sent.push(typeof frame === 'string' ? asObject(parseJson(frame)) : undefined)
      return channel.send(frame)
    },
    [Symbol.asyncIterator]: () => channel[Symbol.asyncIterator](),
  }
}

async function begin(inspect: Inspect, script = '') {
  const { stages, log } = makeStages(inspect, script)
  const call = makeCall({ operation: 'realtime', target: { model: 'voice', stream: true } })
  const session = await openRealtime(stages, call)
  const client = new MemoryClient()
  const ended = session.run(client)
  await client.until('session.created')
  return { client, log, ended, stages }
}

const pass: SessionVerdict = { verdict: 'pass' }
const say = (text: string): JsonObject => ({
  type: 'conversation.item.create',
  event_id: 'mine',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})
const respond: JsonObject = { type: 'response.create', response: { output_modalities: ['text'] } }
const textsOf = ({ frame, json }: SessionEvent) =>
  typeof frame === 'string' && json !== undefined
    ? openRealtimeReader().request({ frame, json })
    : undefined
const textOf = (event: SessionEvent): string =>
  textsOf(event)
    ?.segments.map(({ text }) => text)
    .join('|') ?? ''
/** A window that holds nothing back. */
const open: Pick<SessionInspector, 'isHolding' | 'idle' | 'end'> = {
  isHolding: false,
  idle: () => pass,
  end: () => pass,
}

describe('inspection', () => {
  test('sees the texts of both sides in their order', async () => {
    const { client, log, ended } = await begin(() => pass)
    client.say({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } })
    client.say(say('Hello'))
    client.say({ ...respond, response: { output_modalities: ['text'], instructions: 'Now.' } })
    await client.until('response.done')
    client.leave()
    expect(await ended).toBeUndefined()
    const fromClient = log.seen.filter(({ from }) => from === 'client')
    expect(fromClient.map((event) => [event.type, textOf(event)])).toEqual([
      ['session.update', 'Be brief.'],
      ['conversation.item.create', 'Hello'],
      ['response.create', 'Now.'],
    ])
    const deltas = log.seen.filter(({ type }) => type === 'response.output_text.delta')
    expect(deltas.map(textOf).join('')).toStartWith('This is a simulated answer')
    expect(new Set(deltas.map(({ responseId }) => responseId))).toEqual(new Set(['resp_sim_1']))
    const calls = log.decisions.length
    expect(calls).toBe(1)
    expect(log.closed).toMatchObject([{ end: 'complete' }])
    expect(log.settled).toBe(1)
  })

  test('blocks an event of the client: it gets an error, the provider nothing, and the session goes on', async () => {
    const { client, log, ended } = await begin((event) =>
      textOf(event).includes('secret') ? { verdict: 'block', decision: blocking } : pass,
    )
    client.say(say('my secret'))
    expect(await client.until('error')).toMatchObject({
      error: {
        type: 'invalid_request_error',
        code: 'blocked_by_policy',
        message: 'Secrets stay inside.',
        event_id: 'mine',
      },
    })
    client.say(say('fine'))
    await client.until('conversation.item.done')
    client.leave()
    await ended
    expect(JSON.stringify(log.sent)).not.toContain('secret')
    expect(log.decisions).toEqual([undecided, blocking])
    expect(log.closed[0]?.answer.warnings).toEqual(['1 client events refused'])
  })

  test('replaces texts, and nothing else of an event', async () => {
    const decision: Decision = { ...undecided, verdict: 'redact' }
    const { client, log, ended } = await begin(async (event) => {
      await Promise.resolve()
      const frame = String(event.frame).replaceAll(/simulated answer|4111/g, '*')
      const isSame = frame === event.frame
      return isSame ? pass : { verdict: 'replace', frames: [frame], decision: { ...decision } }
    })
    client.say(say('card 4111'))
    client.say(respond)
    const { response } = await client.until('response.done')
    client.leave()
    await ended
    expect(log.sent[0]).toEqual(say('card *'))
    const [item] = asArray(asObject(response)?.['output'])
    const [part] = asArray(asObject(item)?.['content'])
    expect(asString(asObject(part)?.['text'])).toStartWith('This is a *')
    expect(log.decisions.filter(({ verdict }) => verdict === 'redact').length).toBeGreaterThan(1)
  })

  test('blocks an answer: it is cancelled, the rest of it is kept back, and the next one passes', async () => {
    let isStrict = true
    const { client, log, ended } = await begin((event) => {
      const isBad = isStrict && event.from === 'provider' && textOf(event).includes('answ')
      return isBad ? { verdict: 'block', decision: blocking } : pass
    }, ';tps=200')
    client.say(respond)
    expect(await client.until('error')).toMatchObject({ error: { code: 'blocked_by_policy' } })
    const { response } = await client.until('response.done')
    expect(response).toMatchObject({ status: 'cancelled', output: [], usage: {} })
    expect(log.sent.at(-1)).toMatchObject({ type: 'response.cancel', response_id: 'resp_sim_1' })
    const shown = client.events.filter(({ type }) => type === 'response.output_text.delta')
    expect(shown.map(({ delta }) => asString(delta)).join('')).toBe('This is a simulated ')
    expect(client.events.map(({ type }) => type)).not.toContain('response.output_item.done')
    isStrict = false
    client.say(respond)
    const next = await client.until('response.done')
    expect(next['response']).toMatchObject({ status: 'completed', output: [{}] })
    client.leave()
    await ended
    expect(log.closed[0]?.answer.warnings).toEqual(['1 provider events blocked'])
    expect(log.closed[0]?.answer.report.usage?.outputTokens).toBeGreaterThan(20)
  })

  test('blocks what the client said aloud: its words leave the conversation', async () => {
    const { client, log, ended } = await begin((event) =>
      textOf(event).includes('Simulated transcript')
        ? { verdict: 'block', decision: blocking }
        : pass,
    )
    const audio = { input: { transcription: { model: 'whisper-1' } } }
    client.say({ type: 'session.update', session: { type: 'realtime', audio } })
    const sound = Buffer.alloc(9_600).toString('base64')
    client.say({ type: 'input_audio_buffer.append', audio: sound })
    client.say({ type: 'input_audio_buffer.commit' })
    await client.until('error')
    const deleted = await client.until('conversation.item.deleted')
    client.leave()
    await ended
    expect(deleted['item_id']).toBe('item_sim_1')
    expect(JSON.stringify(client.events)).not.toContain('transcript of')
    expect(log.sent.at(-1)).toMatchObject({
      type: 'conversation.item.delete',
      item_id: 'item_sim_1',
    })
    // The error of the provider about a second deletion is none of the client's.
    expect(client.events.filter(({ type }) => type === 'error')).toHaveLength(1)
  })

  test('that fails ends the session before anything passes it', async () => {
    const { client, log, ended } = await begin((event) => {
      if (event.from === 'client') throw new GatewayError('compliance_unavailable')
      return pass
    })
    client.say(say('Hello'))
    expect((await ended)?.code).toBe('compliance_unavailable')
    expect(log.sent).toEqual([])
    expect(await client.closed).toMatchObject({ code: 1011 })
    expect(log.closed).toMatchObject([{ end: 'error' }])
  })
})

describe('opening', () => {
  test('is refused without a model, and gives back what it took', async () => {
    const { stages, log } = makeStages(() => pass)
    const opening = openRealtime(stages, makeCall({ operation: 'realtime' }))
    expect(await opening.catch((error: unknown) => error)).toMatchObject({
      code: 'invalid_request',
    })
    const failing: RealtimeStages = {
      ...stages,
      routing: { send: () => Promise.reject(new GatewayError('provider_unreachable')) },
    }
    const call = makeCall({ operation: 'realtime', target: { model: 'voice', stream: true } })
    const failed = await openRealtime(failing, call).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'provider_unreachable' })
    expect(log.refused.map(({ code }) => code)).toEqual(['provider_unreachable'])
    expect(log.settled).toBe(1)
    expect(stages.sessions.count).toBe(0)
  })

  test('never reaches the provider before the decision is recorded', async () => {
    const { stages, log } = makeStages(() => pass)
    let isAsked = false
    const unrecorded: RealtimeStages = {
      ...stages,
      audit: {
        open: (question) => ({
          ...stages.audit.open(question),
          decided: () => Promise.reject(new GatewayError('audit_unavailable')),
        }),
      },
      routing: {
        send() {
          isAsked = true
          return Promise.reject(new GatewayError('internal_error'))
        },
      },
    }
    const call = makeCall({ operation: 'realtime', target: { model: 'voice', stream: true } })
    const failed = await openRealtime(unrecorded, call).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'audit_unavailable' })
    expect(isAsked).toBe(false)
    expect(log.refused.map(({ code }) => code)).toEqual(['audit_unavailable'])
  })

  test('can be abandoned when the client does not come', async () => {
    const { stages, log } = makeStages(() => pass)
    const call = makeCall({ operation: 'realtime', target: { model: 'voice', stream: true } })
    const session = await openRealtime(stages, call)
    expect(stages.sessions.count).toBe(1)
    session.abandon(new GatewayError('client_closed'))
    expect(stages.sessions.count).toBe(0)
    expect(log.refused.map(({ code }) => code)).toEqual(['client_closed'])
  })
})

describe('the registry', () => {
  test('ends every session and admits none once it stops', async () => {
    const { client, ended, stages, log } = await begin(() => pass)
    expect(await stages.sessions.stop()).toBe(1)
    expect((await ended)?.code).toBe('shutting_down')
    expect(await client.closed).toMatchObject({ code: 1001 })
    expect(client.events.at(-1)).toMatchObject({ error: { code: 'shutting_down' } })
    expect(stages.sessions.count).toBe(0)
    expect(log.closed).toHaveLength(1)
    const call = makeCall({ operation: 'realtime', target: { model: 'voice', stream: true } })
    const late = await openRealtime(stages, call).catch((error: unknown) => error)
    expect(late).toMatchObject({ code: 'shutting_down' })
  })

  test('counts the sessions of each key', () => {
    const sessions = createSessionRegistry()
    const limits = { maxSessions: 3, maxSessionsPerKey: 2 }
    const ana = makePrincipal({ keyId: 'a' })
    const first = sessions.admit(ana, limits)
    sessions.admit(ana, limits)
    expect(() => sessions.admit(ana, limits)).toThrow('This key has its limit')
    sessions.admit(makePrincipal({ keyId: 'b' }), limits)
    expect(() => sessions.admit(makePrincipal({ keyId: 'c' }), limits)).toThrow('The gateway has')
    first.release()
    first.release()
    expect(sessions.count).toBe(2)
    sessions.admit(ana, limits)
  })
})
