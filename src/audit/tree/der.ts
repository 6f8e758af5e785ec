/*
 * The little of DER (X.690) that time-stamps need. Only definite lengths in their shortest form are read: what
 * was signed cannot be written in two ways.
 */

/** Tags of the types that are used. */
export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

const maxValues = 1_000

/** Bytes that are not what they should be. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** One value: `content` is what it holds, `bytes` all of it with tag and length. */
export interface DerValue {
  readonly tag: number
  readonly content: Buffer
  readonly bytes: Buffer
}

/** Returns the tag of a field that is marked `[number]`. */
export function contextTag(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'primitive' ? 0x80 : 0xa0) + number
}

/** Writes a value with its tag and length. */
export function writeDer(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(tag), writeLength(content.length), content])
}

/** Writes a number that is not negative. */
export function writeInteger(value: bigint): Buffer {
  const digits = value.toString(16)
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  const isNegative = Number.parseInt(even.slice(0, 1), 16) >= 8
  return writeDer(derTags.integer, Buffer.from(isNegative ? `00${even}` : even, 'hex'))
}

/** Writes an object identifier such as `1.2.840.113549`. */
export function writeObjectIdentifier(identifier: string): Buffer {
  const [first = 0, second = 0, ...rest] = identifier.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift((left % 128) + 128)
    }
    return digits
  })
  return writeDer(derTags.objectIdentifier, Buffer.from(bytes))
}

/** Reads the one value that the bytes are. Throws `DerError`. */
export function readDer(bytes: Uint8Array, tag: number): DerValue {
  const reader = new DerReader(bytes)
  const value = reader.read(tag)
  reader.end()
  return value
}

/** Reads the fields of a value one after the other; everything throws `DerError`. */
export class DerReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get hasMore(): boolean {
    return this.#at < this.#bytes.length
  }

  /** Reads the next value, which has this tag. */
  read(tag: number): DerValue {
    const value = this.optional(tag)
    if (value === undefined) throw new DerError(`no value with tag ${tag} at byte ${this.#at}`)
    return value
  }

  /** Reads the next value if it has this tag. */
  optional(tag: number): DerValue | undefined {
    return this.hasMore && this.#bytes[this.#at] === tag ? this.#next() : undefined
  }

  /** Reads a value with this tag and returns a reader of its fields. */
  enter(tag: number): DerReader {
    return new DerReader(this.read(tag).content)
  }

  /** Reads all values that are left. */
  all(): DerValue[] {
    const values: DerValue[] = []
    while (this.hasMore) {
      if (values.length === maxValues) throw new DerError(`more than ${maxValues} values`)
      values.push(this.#next())
    }
    return values
  }

  /** Makes sure that nothing is left. */
  end(): void {
    if (this.hasMore) throw new DerError(`more than expected at byte ${this.#at}`)
  }

  #next(): DerValue {
    const start = this.#at
    const tag = this.#byte()
    if ((tag & 0x1f) === 0x1f) throw new DerError(`a long tag at byte ${start}`)
    const length = this.#length()
    const from = this.#at
    if (length > this.#bytes.length - from) throw new DerError(`cut off at byte ${start}`)
    this.#at = from + length
    return {
      tag,
      content: this.#bytes.subarray(from, this.#at),
      bytes: this.#bytes.subarray(start, this.#at),
    }
  }

  #length(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    const count = first & 0x7f
    if (count === 0 || count > 4) throw new DerError(`a length of ${count} bytes`)
    let length = 0
    for (let read = 0; read < count; read++) length = length * 256 + this.#byte()
    if (length < 0x80 || length < 256 ** (count - 1))
      throw new DerError('a length not in short form')
    return length
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new DerError('cut off')
    return byte
  }
}

/** Reads an object identifier as text. */
export function readObjectIdentifier({ content }: DerValue): string {
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(arc)) throw new DerError('an object identifier that is too long')
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...rest].join('.')
}

/** Reads a number that is not negative. */
export function readInteger({ content }: DerValue): bigint {
  const [first] = content
  if (first === undefined || first >= 0x80) throw new DerError('not a positive number')
  return BigInt(`0x${content.toString('hex')}`)
}

function writeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const digits = length.toString(16)
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  return Buffer.concat([Buffer.of(0x80 + bytes.length), bytes])
}
