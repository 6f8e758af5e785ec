import { asObject, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { createSimulatedProvider } from '../../src/providers/simulated/index.ts'

/** A request as it arrived at the provider. */
export interface UpstreamCall {
  readonly method: string
  /** Path with query. */
  readonly path: string
  readonly headers: Headers
  /** The body as text; for multipart bodies too. */
  readonly text: string
  /** The parsed body; `{}` for anything but a JSON object. */
  readonly json: JsonObject
  readonly signal: AbortSignal
}

/** A provider on a port of its own that answers like the simulated one and remembers what it was sent. */
export interface Upstream extends AsyncDisposable {
  readonly url: string
  /** The key it demands, in the header of each dialect. */
  readonly key: string
  readonly calls: UpstreamCall[]
  /** The latest call; throws when there was none. */
  readonly last: () => UpstreamCall
  /** Answers the next call with this instead. */
  readonly answerNext: (response: Response) => void
}

/** Whose signatures it demands at Bedrock's paths, where no key is given. */
export const upstreamAws = {
  region: 'eu-central-1',
  credentials: {
    accessKeyId: 'AKIASIMULATED0000000',
    secretAccessKey: 'simulated/secret+access/key',
    sessionToken: 'simulated/session+token==',
  },
} as const

/**
 * Starts a recording provider.
 * @param key the key it demands; `''` for one that takes any
 */
export function startUpstream(key = 'sk-provider-test'): Upstream {
  const keyed = key === '' ? {} : { apiKey: key }
  const provider = createSimulatedProvider({ ...keyed, aws: upstreamAws })
  const calls: UpstreamCall[] = []
  const scripted: Response[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request) {
      const url = new URL(request.url)
      const bytes = await request.bytes()
      const text = Buffer.from(bytes).toString()
      calls.push({
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
        text,
        json: asObject(parseJson(text)) ?? {},
        signal: request.signal,
      })
      const answer = scripted.shift()
      if (answer !== undefined) return answer
      const { method, headers, signal } = request
      const body = method === 'POST' ? bytes : null
      return provider.fetch(new Request(request.url, { method, headers, signal, body }))
    },
  })
  return {
    url: server.url.href.replace(/\/$/, ''),
    key,
    calls,
    last() {
      const call = calls.at(-1)
      if (call === undefined) throw new Error('The provider was not called.')
      return call
    },
    answerNext: (response) => void scripted.push(response),
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}
