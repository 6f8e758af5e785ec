/** A header value of an event-stream message; the types of the wire that TypeScript has one word for. */
export type EventHeader =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'byte' | 'short' | 'integer'; readonly value: number }
  | { readonly type: 'long'; readonly value: bigint }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly type: 'string'; readonly value: string }
  /** Milliseconds since the epoch. */
  | { readonly type: 'timestamp'; readonly value: bigint }
  | { readonly type: 'uuid'; readonly value: string }

const typeCodes = {
  true: 0,
  false: 1,
  byte: 2,
  short: 3,
  integer: 4,
  long: 5,
  binary: 6,
  string: 7,
  timestamp: 8,
  uuid: 9,
} as const

const maxNameBytes = 255
const maxValueBytes = 32_767

/** Encodes the header block of a message. Throws a `RangeError` for what does not fit the format. */
export function encodeHeaders(headers: Readonly<Record<string, EventHeader>>): Buffer {
  const pieces = Object.entries(headers).flatMap(([name, header]) => {
    const bytes = Buffer.from(name)
    if (bytes.length === 0 || bytes.length > maxNameBytes) {
      throw new RangeError('The name of an event-stream header must have 1 to 255 bytes.')
    }
    return [Buffer.from([bytes.length]), bytes, encodeValue(header)]
  })
  return Buffer.concat(pieces)
}

function encodeValue(header: EventHeader): Buffer {
  switch (header.type) {
    case 'boolean':
      return Buffer.from([header.value ? typeCodes.true : typeCodes.false])
    case 'byte':
      return typed(typeCodes.byte, 1, (out) => out.writeInt8(header.value, 1))
    case 'short':
      return typed(typeCodes.short, 2, (out) => out.writeInt16BE(header.value, 1))
    case 'integer':
      return typed(typeCodes.integer, 4, (out) => out.writeInt32BE(header.value, 1))
    case 'long':
    case 'timestamp':
      return typed(typeCodes[header.type], 8, (out) => out.writeBigInt64BE(header.value, 1))
    case 'binary':
      return counted(typeCodes.binary, header.value)
    case 'string':
      return counted(typeCodes.string, Buffer.from(header.value))
    case 'uuid':
      return Buffer.concat([Buffer.from([typeCodes.uuid]), uuidBytes(header.value)])
    default:
      return header satisfies never
  }
}

function typed(code: number, length: number, write: (out: Buffer) => void): Buffer {
  const out = Buffer.alloc(1 + length)
  out[0] = code
  write(out)
  return out
}

function counted(code: number, value: Uint8Array): Buffer {
  if (value.length > maxValueBytes) {
    throw new RangeError('The value of an event-stream header must have at most 32767 bytes.')
  }
  const head = typed(code, 2, (out) => out.writeUInt16BE(value.length, 1))
  return Buffer.concat([head, value])
}

function uuidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  if (bytes.length !== 16) throw new RangeError('A UUID has 32 hexadecimal digits.')
  return bytes
}

/** Decodes a header block; `undefined` when it is not valid. Of a repeated name the last one counts. */
export function decodeHeaders(block: Buffer): ReadonlyMap<string, EventHeader> | undefined {
  const headers = new Map<string, EventHeader>()
  let at = 0
  while (at < block.length) {
    const nameLength = block.readUInt8(at)
    const valueAt = at + 1 + nameLength
    if (nameLength === 0 || valueAt >= block.length) return undefined
    const found = decodeValue(block, valueAt)
    if (found === undefined) return undefined
    headers.set(block.toString('utf8', at + 1, valueAt), found.header)
    at = found.end
  }
  return headers
}

interface Decoded {
  readonly header: EventHeader
  /** Offset behind the value. */
  readonly end: number
}

/** Decodes the value whose type stands at `at`. */
function decodeValue(block: Buffer, at: number): Decoded | undefined {
  const code = block.readUInt8(at)
  const start = at + 1
  const isCounted = code === typeCodes.binary || code === typeCodes.string
  if (isCounted && start + 2 > block.length) return undefined
  const from = isCounted ? start + 2 : start
  const end = from + (isCounted ? block.readUInt16BE(start) : (fixedLengths[code] ?? Infinity))
  if (end > block.length) return undefined
  const header = valueOf(code, block.subarray(from, end))
  return header === undefined ? undefined : { header, end }
}

const fixedLengths: Readonly<Record<number, number>> = {
  [typeCodes.true]: 0,
  [typeCodes.false]: 0,
  [typeCodes.byte]: 1,
  [typeCodes.short]: 2,
  [typeCodes.integer]: 4,
  [typeCodes.long]: 8,
  [typeCodes.timestamp]: 8,
  [typeCodes.uuid]: 16,
}

function valueOf(code: number, bytes: Buffer): EventHeader | undefined {
  switch (code) {
    case typeCodes.true:
    case typeCodes.false:
      return { type: 'boolean', value: code === typeCodes.true }
    case typeCodes.byte:
      return { type: 'byte', value: bytes.readInt8() }
    case typeCodes.short:
      return { type: 'short', value: bytes.readInt16BE() }
    case typeCodes.integer:
      return { type: 'integer', value: bytes.readInt32BE() }
    case typeCodes.long:
      return { type: 'long', value: bytes.readBigInt64BE() }
    case typeCodes.binary:
      return { type: 'binary', value: bytes }
    case typeCodes.string:
      return { type: 'string', value: bytes.toString() }
    case typeCodes.timestamp:
      return { type: 'timestamp', value: bytes.readBigInt64BE() }
    case typeCodes.uuid:
      return { type: 'uuid', value: uuidText(bytes.toString('hex')) }
    default:
      return undefined
  }
}

function uuidText(hex: string): string {
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
