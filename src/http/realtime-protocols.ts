import { GatewayError } from '../core/errors.ts'

/**
 * What browsers say in subprotocols, since they cannot set headers:
 * `realtime, openai-insecure-api-key.KEY, openai-beta.realtime-v1`.
 * https://platform.openai.com/docs/guides/realtime-websocket
 */
export interface Protocols {
  /** The headers with those that the subprotocols stand for. */
  readonly headers: Headers
  /** The subprotocol to agree on; `''` for none. */
  readonly answer: 'realtime' | ''
}

const keyPrefix = 'openai-insecure-api-key.'
const betaPrefix = 'openai-beta.'

/**
 * Reads the subprotocols of a request. Throws `invalid_request` when they and a header name different keys,
 * or when there is none to agree on: browsers give up a connection whose server agrees on none.
 */
export function readProtocols(original: Headers): Protocols {
  const offered = (original.get('sec-websocket-protocol') ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const headers = new Headers(original)
  // The key must be in one place only, and that is none which is forwarded or logged.
  headers.delete('sec-websocket-protocol')
  for (const word of offered) {
    if (word.startsWith(keyPrefix)) setKey(headers, word.slice(keyPrefix.length))
    else if (word.startsWith(betaPrefix)) setBeta(headers, word.slice(betaPrefix.length))
  }
  if (offered.length === 0) return { headers, answer: '' }
  if (offered.includes('realtime')) return { headers, answer: 'realtime' }
  throw new GatewayError('invalid_request', "Of subprotocols one must be 'realtime'.")
}

function setKey(headers: Headers, key: string): void {
  const authorization = headers.get('authorization')
  if (authorization !== null && authorization !== `Bearer ${key}`) {
    throw new GatewayError(
      'invalid_request',
      'The subprotocol and the header authorization hold different keys; send only one of them.',
    )
  }
  headers.set('authorization', `Bearer ${key}`)
}

/** `realtime-v1` stands for the header value `realtime=v1`. */
function setBeta(headers: Headers, name: string): void {
  const dash = name.lastIndexOf('-')
  if (dash <= 0 || headers.has('openai-beta')) return
  headers.set('openai-beta', `${name.slice(0, dash)}=${name.slice(dash + 1)}`)
}
