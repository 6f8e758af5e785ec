import { GatewayError } from '../core/errors.ts'
import type { Deadlines } from './deadlines.ts'

/**
 * Reads a body up to a limit, under the deadlines. A body that announces its length within the limit is
 * read in one go; any other is read piece by piece. Throws `provider_answer_too_large` beyond the limit.
 */
export async function readWhole(
  response: Response,
  limits: { readonly maxBytes: number; readonly deadlines: Deadlines },
): Promise<Uint8Array> {
  const { maxBytes, deadlines } = limits
  const announced = Number(response.headers.get('content-length') ?? Number.NaN)
  if (announced <= maxBytes) {
    deadlines.waiting()
    return response.bytes()
  }
  if (announced > maxBytes || response.body === null) {
    await response.body?.cancel()
    if (announced > maxBytes) throw new GatewayError('provider_answer_too_large')
    return new Uint8Array()
  }
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    deadlines.waiting()
    const { done, value } = await reader.read()
    deadlines.arrived()
    if (done) return Buffer.concat(chunks, length)
    length += value.byteLength
    if (length > maxBytes) {
      await reader.cancel()
      throw new GatewayError('provider_answer_too_large')
    }
    chunks.push(value)
  }
}
