import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  ConnectionCut,
  createSimulatedProvider,
  parseBehaviour,
  serveSimulatedProvider,
} from './index.ts'
import type { SimulatedServer } from './index.ts'
import { behaviourOfCall } from './behaviour.ts'

const address = 'http://simulated.invalid/v1/chat/completions'

/** What a promise rejects with. */
async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error
  }
}

function ask(model: string, extra: object = {}, signal?: AbortSignal): Request {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], ...extra })
  return new Request(address, { method: 'POST', body, ...(signal === undefined ? {} : { signal }) })
}

describe('in process', () => {
  const provider = createSimulatedProvider()

  test('a cut errors the body after the frames it named', async () => {
    const answer = await provider.fetch(ask('m;cut=3', { stream: true }))
    let text = ''
    const read = async () => {
      for await (const chunk of answer.body ?? []) text += new TextDecoder().decode(chunk)
    }
    expect(await failure(read())).toBeInstanceOf(ConnectionCut)
    expect(text.split('\n\n')).toHaveLength(4)
  })

  test('a cut before the headers rejects the call', async () => {
    expect(await failure(provider.fetch(ask('m;cutHeaders')))).toBeInstanceOf(ConnectionCut)
  })

  test('the header is not obeyed, the model name and the default are', async () => {
    const quiet = createSimulatedProvider({ behaviour: 'tokens=3' })
    const request = ask('m')
    request.headers.set('x-simulate', 'error=500')
    const answer = await quiet.fetch(request)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ usage: { completion_tokens: 3 } })
    expect((await quiet.fetch(ask('m;error=418'))).status).toBe(418)
  })

  test('an echo says what the user said last, streamed or not', async () => {
    const said = 'This was said to the provider: hello'
    expect(await (await provider.fetch(ask('m;echo'))).json()).toMatchObject({
      choices: [{ message: { content: said } }],
    })
    const stream = await (await provider.fetch(ask('m;echo', { stream: true }))).text()
    const pieces = Array.from(stream.matchAll(/"content":"([^"]*)"/g), ([, piece]) => piece)
    expect(pieces.join('')).toBe(said)
  })

  test('a hanging stream ends when the caller aborts or cancels', async () => {
    const abort = new AbortController()
    const aborted = await provider.fetch(ask('m;hang=1', { stream: true }, abort.signal))
    const reading = aborted.text()
    setTimeout(() => abort.abort(), 10)
    expect(await failure(reading)).toBeInstanceOf(Error)
    const left = await provider.fetch(ask('m;hang=1', { stream: true }))
    const reader = left.body?.getReader()
    await reader?.read()
    const stalled = reader?.read()
    await reader?.cancel()
    expect((await stalled)?.done).toBe(true)
  })

  test('garbage breaks one frame of a stream and the whole of a plain answer', async () => {
    const plain = await provider.fetch(ask('m;garbage'))
    expect(await failure(plain.json())).toBeInstanceOf(Error)
    const stream = await (await provider.fetch(ask('m;garbage=2', { stream: true }))).text()
    const isJson = (frame: string) => {
      try {
        JSON.parse(frame.slice('data: '.length))
        return true
      } catch {
        return false
      }
    }
    const broken = stream.split('\n\n').filter((frame) => frame !== '' && !isJson(frame))
    expect(broken).toEqual(['data: {"simulated garbage": [', 'data: [DONE]'])
  })

  test('an error under status 200 is what a plain call with an error event gets', async () => {
    const answer = await provider.fetch(ask('m;errorEvent=1;error=503,busy'))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ error: { type: 'busy' } })
  })

  test('huge answers have the asked size, plain and streamed', async () => {
    const plain = await (await provider.fetch(ask('m;huge=1000000'))).text()
    const parsed: { choices: { message: { content: string } }[] } = JSON.parse(plain)
    expect(parsed.choices[0]?.message.content).toHaveLength(1_000_000)
    const stream = await (await provider.fetch(ask('m;huge=100000', { stream: true }))).text()
    expect(stream.length).toBeGreaterThan(100_000)
  })

  test('usage can be left out and read tokens reported', async () => {
    const without = await (await provider.fetch(ask('m;noUsage'))).json()
    expect(without).not.toHaveProperty('usage')
    const cached = await (await provider.fetch(ask('m;cached=64'))).json()
    expect(cached).toMatchObject({
      usage: { prompt_tokens: 64, prompt_tokens_details: { cached_tokens: 64 } },
    })
  })

  test('tokens a second and latency are kept by waiting that long', async () => {
    const waits: number[] = []
    const paced = createSimulatedProvider({
      sleep: (ms) => {
        waits.push(ms)
        return Promise.resolve()
      },
    })
    await (await paced.fetch(ask('m;latency=250;tps=10;tokens=20'))).text()
    expect(waits).toEqual([250, 2_000])
  })

  test('an answer trickled in pieces has the bytes of one sent at once', async () => {
    const scripted = createSimulatedProvider({ obeyHeader: true })
    const read = async (script: string) => {
      const request = ask('m;tokens=8', { stream: true, reasoning_effort: 'low' })
      request.headers.set('x-simulate', script)
      return (await scripted.fetch(request)).bytes()
    }
    const [whole, pieces] = [await read(''), await read('slowTrickle=97')]
    expect(Buffer.compare(whole, pieces)).toBe(0)
  })

  test('a body that is not JSON and one without messages are refused', async () => {
    const request = new Request(address, { method: 'POST', body: '{' })
    expect((await provider.fetch(request)).status).toBe(400)
    const rerank = (body: object) =>
      provider.fetch(
        new Request('http://simulated.invalid/v1/rerank', {
          method: 'POST',
          body: JSON.stringify(body),
        }),
      )
    expect((await rerank({ model: 'r' })).status).toBe(400)
    const ranked = await rerank({
      model: 'r',
      query: 'red apple',
      documents: ['green pear', 'red apple'],
    })
    expect(await ranked.json()).toMatchObject({
      results: [{ index: 1, relevance_score: 1 }, { index: 0 }],
    })
  })
})

describe('over sockets', () => {
  let server: SimulatedServer
  beforeAll(async () => {
    server = await serveSimulatedProvider()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const body = JSON.stringify({
    model: 'm',
    stream: true,
    messages: [{ role: 'user', content: 'hi' }],
  })

  /** Everything the server sent until it closed the connection, and the error it closed with. */
  async function exchange(
    simulate: string,
    leaveAfterMs = 5_000,
  ): Promise<{ text: string; error: string }> {
    let text = ''
    let error = ''
    const { promise, resolve } = Promise.withResolvers<void>()
    const head =
      `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n` +
      `x-simulate: ${simulate}\r\ncontent-length: ${body.length}\r\n\r\n`
    const socket = await Bun.connect({
      hostname: '127.0.0.1',
      port: server.port,
      socket: {
        data: (_, chunk) => void (text += chunk.toString()),
        close: (_, reason) => {
          error = reason instanceof Error ? reason.message : ''
          resolve()
        },
        error: () => {},
      },
    })
    socket.write(head + body)
    const timer = setTimeout(() => socket.terminate(), leaveAfterMs)
    await promise
    clearTimeout(timer)
    return { text, error }
  }

  test('a complete stream ends with its terminator', async () => {
    const { text } = await exchange('tokens=2')
    expect(text).toContain('HTTP/1.1 200')
    expect(text).toContain('data: [DONE]')
    expect(text).toEndWith('0\r\n\r\n')
  })

  test('a cut drops the connection after the named frames without the final chunk', async () => {
    const { text, error } = await exchange('cut=3')
    expect(text.match(/data: /g)).toHaveLength(3)
    expect(text).not.toEndWith('0\r\n\r\n')
    expect(error).toBe('')
  })

  test('a drop before the headers sends nothing, by close or by reset', async () => {
    expect(await exchange('cutHeaders')).toEqual({ text: '', error: '' })
    const reset = await exchange('cutHeaders;reset')
    expect(reset.text).toBe('')
    expect(reset.error).toContain('ECONNRESET')
  })

  test('a client that leaves a hanging stream is noticed', async () => {
    const before = server.abortedCalls()
    const { text } = await exchange('hang=2', 60)
    expect(text.match(/data: /g)).toHaveLength(2)
    for (let wait = 0; wait < 100 && server.abortedCalls() === before; wait++) await Bun.sleep(5)
    expect(server.abortedCalls()).toBe(before + 1)
  })

  test('a slow reader slows the provider instead of growing its memory', async () => {
    const answer = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      body,
      headers: { 'x-simulate': `huge=${2 ** 30}` },
    })
    const reader = answer.body?.getReader()
    await reader?.read()
    const before = process.memoryUsage().rss
    await Bun.sleep(150)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
    await reader?.cancel()
  })
})

describe('behaviour scripts', () => {
  test('every numeric setting reads back as it was written', () => {
    const keys = [
      'latency',
      'tps',
      'tokens',
      'cut',
      'hang',
      'garbage',
      'errorEvent',
      'huge',
      'cached',
    ] as const
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...keys), fc.integer({ min: 1, max: 9_999 })),
        (settings) => {
          const script = Object.entries(settings)
            .map(([key, value]) => ` ${key} = ${value}`)
            .join(';')
          expect({ ...parseBehaviour(script) }).toEqual({ ...settings })
        },
      ),
    )
  })

  test('bad values and unknown keys say what is wrong', () => {
    expect(() => parseBehaviour('latency=soon')).toThrow('"latency" needs a number')
    expect(() => parseBehaviour('error=200')).toThrow('from 400 to 599')
    expect(() => parseBehaviour('__proto__=1')).toThrow('Unknown simulation key')
  })

  test('failEvery keeps the faults for the n-th call only', () => {
    const behaviour = parseBehaviour('failEvery=3;cut=2;tokens=5')
    expect(behaviourOfCall(behaviour, 1)).toEqual({ tokens: 5 })
    expect(behaviourOfCall(behaviour, 3)).toEqual({ tokens: 5, cut: 2 })
    expect(behaviourOfCall(parseBehaviour('failEvery=2'), 2)).toEqual({ error: { status: 500 } })
  })
})
