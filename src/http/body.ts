import { GatewayError } from '../core/errors.ts'

export interface BodyLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/**
 * Reads a request body within its limits. A body that announces too many bytes is refused before any is
 * read; one that announces none is counted as it comes. Throws `request_too_large` (413),
 * `request_timeout` (408), `client_closed`.
 */
export async function readRequestBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  const length = request.headers.get('content-length')
  if (length !== null && Number(length) > limits.maxBytes) throw tooLarge(limits.maxBytes)
  const reading = length === null ? readCounted(request, limits.maxBytes) : request.bytes()
  try {
    // Most bodies arrive together with their headers: no clock is started for those.
    return await (Bun.peek.status(reading) === 'fulfilled'
      ? reading
      : within(reading, limits.timeoutMs))
  } catch (error) {
    if (error instanceof GatewayError) throw error
    throw new GatewayError('client_closed', 'The request body ended too early.', { cause: error })
  }
}

function within<T>(reading: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const timer = setTimeout(() => {
    const text = `The request body did not arrive within ${timeoutMs} ms.`
    reject(new GatewayError('request_timeout', text))
  }, timeoutMs)
  reading.then(resolve, reject).finally(() => clearTimeout(timer))
  return promise
}

async function readCounted(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body) {
    length += chunk.byteLength
    if (length > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError(
    'request_too_large',
    `The request body is larger than the ${maxBytes} bytes this gateway accepts.`,
  )
}
