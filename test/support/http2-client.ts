import { once } from 'node:events'
import { connect } from 'node:http2'
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  SecureClientSessionOptions,
} from 'node:http2'
import { prompt } from './chat-client.ts'

/** What came back for one request over HTTP/2. */
export interface Http2Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** One connection of Node's own HTTP/2 client to a gateway. */
export interface Http2Client extends Disposable {
  readonly session: ClientHttp2Session
  /** Opens a stream with the key of the gateway; nothing but its head is sent. */
  open(headers: OutgoingHttpHeaders): ClientHttp2Stream
  /** Makes a whole call. Rejects when its stream is reset. */
  ask(headers: OutgoingHttpHeaders, body?: string | Uint8Array): Promise<Http2Answer>
}

/** Connects to the address of a gateway, over TLS where it begins with `https`. */
export async function connectHttp2(
  gateway: { readonly url: string; readonly key: string },
  options: SecureClientSessionOptions = {},
): Promise<Http2Client> {
  const session = connect(gateway.url, options)
  session.on('error', () => {
    // Streams tell; a test that waits for the end of the session sees it close.
  })
  await once(session, 'connect')
  const open = (headers: OutgoingHttpHeaders): ClientHttp2Stream => {
    const credential = { authorization: `Bearer ${gateway.key}` }
    return session.request({ ':method': 'POST', ...credential, ...headers })
  }
  return {
    session,
    open,
    async ask(headers, body = '') {
      const stream = open(headers)
      const answer = readAnswer(stream)
      stream.end(body)
      return answer
    },
    [Symbol.dispose]: () => session.destroy(),
  }
}

/** Reads the answer of a stream to its end; rejects when the stream is reset. */
export async function readAnswer(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const [headers = {}]: ResponseHeaders[] = await once(stream, 'response')
  const pieces: Uint8Array[] = await Array.fromAsync(stream)
  return { status: headers[':status'], headers, text: Buffer.concat(pieces).toString() }
}

type ResponseHeaders = IncomingHttpHeaders & { readonly ':status'?: number }

/** Head and body of an OpenAI chat call. */
export function http2Chat(stream: boolean, path = '/v1/chat/completions') {
  const messages = [{ role: 'user', content: prompt }]
  return {
    headers: { ':path': path, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', stream, messages, max_tokens: 50 }),
  }
}
