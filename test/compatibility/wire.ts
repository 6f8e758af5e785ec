import { Ajv2020 } from 'ajv/dist/2020.js'
import { EventStreamCodec } from '@smithy/eventstream-codec'
import { fromUtf8, toUtf8 } from '@smithy/util-utf8'
import { isObject } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { fault, parseObject } from './vocabulary.ts'

/** One event of a stream, however it is framed. */
export interface WireEvent {
  /** Name of the event; `''` where the framing names none. */
  readonly name: string
  readonly data: string
}

/** Cuts server-sent events as the simplest of readers does; throws for anything that is none. */
export function readEvents(bytes: Uint8Array): WireEvent[] {
  const text = Buffer.from(bytes).toString()
  if (!/\r?\n\r?\n$/.test(text)) fault('the stream does not end with an empty line')
  return text
    .split(/\r?\n\r?\n/)
    .filter((frame) => frame !== '')
    .map((frame) => {
      const event = { name: '', data: '' }
      for (const line of frame.split(/\r?\n/)) {
        if (line.startsWith('event: ')) event.name = line.slice(7)
        else if (line.startsWith('data: ')) event.data += line.slice(6)
        else fault(`a line that is neither event nor data: ${line}`)
      }
      return event
    })
}

/** Writes a server-sent event. */
export function writeEvent(data: JsonObject, name?: string): string {
  const event = name === undefined ? '' : `event: ${name}\n`
  return `${event}data: ${JSON.stringify(data)}\n\n`
}

const codec = new EventStreamCodec(toUtf8, fromUtf8)

/** Cuts a binary event stream with the codec of AWS's own SDK. */
export function readAwsEvents(bytes: Uint8Array): WireEvent[] {
  const events: WireEvent[] = []
  for (let at = 0; at < bytes.length;) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at)
    const length = view.getUint32(0)
    const { headers, body } = codec.decode(bytes.subarray(at, at + length))
    const name = headers[':event-type'] ?? headers[':exception-type']
    if (typeof name?.value !== 'string') fault('a message without its type')
    events.push({ name: name.value, data: toUtf8(body) })
    at += length
  }
  return events
}

/** Writes one message of a binary event stream, an exception where it is said to be one. */
export function writeAwsEvent(name: string, data: JsonObject, isException = false): Uint8Array {
  const kind = isException ? 'exception' : 'event'
  return codec.encode({
    headers: {
      [`:${kind}-type`]: { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: kind },
    },
    body: fromUtf8(JSON.stringify(data)),
  })
}

const ajv = new Ajv2020({ allErrors: false, strict: false })

/** Makes a check by a JSON Schema that throws with what is wrong. */
export function checkBy(name: string, schema: JsonObject): (value: unknown) => JsonObject {
  const validate = ajv.compile(schema)
  return (value) => {
    if (validate(value) && isObject(value)) return value
    const [error] = validate.errors ?? []
    return fault(`${name}${error?.instancePath ?? ''} ${error?.message ?? ''}`)
  }
}

/** Schemas of which the others are made. */
export const text = { type: 'string' } as const
export const name = { type: 'string', minLength: 1 } as const
export const count = { type: 'integer', minimum: 0 } as const
export const oneOf = (...values: (string | null)[]): JsonObject => ({ enum: values })
export const list = (items: JsonObject): JsonObject => ({ type: 'array', items })

/** Schema of an object: members that must be there, members that may be, and no others if it is closed. */
export function object(
  required: Readonly<Record<string, JsonObject>>,
  optional: Readonly<Record<string, JsonObject>> = {},
  isClosed = false,
): JsonObject {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    ...(isClosed ? { additionalProperties: false } : {}),
  }
}

/** Parses the arguments a model wrote. */
export function parseArguments(written: string): JsonObject {
  return parseObject(written, 'arguments of a call')
}
