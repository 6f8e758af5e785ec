import { isObject, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { badRequest, Refusal } from './refusal.ts'

/** Largest body of a request to the admin API, unless something else is said. */
const usualMaxBodyBytes = 65_536

/** Reads the JSON object in a request. Throws a `Refusal`: 400, 413, 415. */
export async function readBody(
  request: Request,
  maxBodyBytes = usualMaxBodyBytes,
): Promise<JsonObject> {
  const type = request.headers.get('content-type')?.toLowerCase().split(';')[0]?.trim()
  // A form of a foreign web page can send anything but this.
  if (type !== 'application/json') {
    throw new Refusal(
      { status: 415, code: 'unsupported_media_type' },
      'The request body must be application/json.',
    )
  }
  const body = parseJson(new TextDecoder().decode(await readBytes(request, maxBodyBytes)))
  if (!isObject(body)) throw badRequest('The request body must be a JSON object.')
  return body
}

async function readBytes(request: Request, maxBodyBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of request.body ?? []) {
    length += piece.byteLength
    if (length > maxBodyBytes) {
      throw new Refusal(
        { status: 413, code: 'request_too_large' },
        `The request body is larger than ${maxBodyBytes} bytes.`,
      )
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
