import type { ProviderResponse } from '../provider.ts'
import type { ByteBody } from './byte-body.ts'
import type { WireResponse } from './connection.ts'
import { ProtocolError } from './response-parser.ts'

/** Content codings that are undone although none was asked for, by the runtime's name of them. */
const codings = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'brotli',
  zstd: 'zstd',
} as const

/**
 * Makes what came over the wire usable: a coded body is decoded while it is read, and its length, which
 * was that of the coded bytes, is no longer told.
 */
export function toProviderResponse({ status, headers, body }: WireResponse): ProviderResponse {
  const coding = headers.get('content-encoding')?.toLowerCase() ?? 'identity'
  if (coding === 'identity') return { status, headers, body, bytes: () => readAll(body) }
  if (!isKnown(coding)) {
    void body.cancel()
    throw new ProtocolError('the body has an unknown content coding')
  }
  headers.delete('content-encoding')
  headers.delete('content-length')
  const decompression = new DecompressionStream(codings[coding])
  const decoded = new Response(toWebStream(body).pipeThrough(decompression))
  return { status, headers, body: decoded.body, bytes: () => decoded.bytes() }
}

function isKnown(coding: string): coding is keyof typeof codings {
  return Object.hasOwn(codings, coding)
}

async function readAll(body: ByteBody): Promise<Uint8Array> {
  const whole = body.takeWhole()
  if (whole !== undefined) return whole
  const first = await body.read()
  if (first.done) return new Uint8Array()
  const pieces = [first.value]
  for (;;) {
    const next = await body.read()
    if (next.done) return pieces.length === 1 ? first.value : Buffer.concat(pieces)
    pieces.push(next.value)
  }
}

function toWebStream(body: ByteBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await body.read()
      if (done) controller.close()
      else controller.enqueue(new Uint8Array(value))
    },
    cancel: () => body.cancel(),
  })
}
