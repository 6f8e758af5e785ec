/** A text within JSON text: offsets of what it says lead to offsets of how that is written. */
export interface JsonLeaf {
  /**
   * `string` stands between quotes, `name` is the name of a member, `number` a bare number, and `rest` all
   * that follows where the text stops being JSON.
   */
  readonly type: 'string' | 'name' | 'number' | 'rest'
  /** Name of the member that holds it, or holds the array it is in. */
  readonly key: string | undefined
  /** Where it stands within the JSON text. */
  place(): string
  /** Offset of what a part of it is written as: for `end`, behind the last sign of the part. */
  written(offset: number): number
  /** Writes new words for it or for a part of it. */
  escape(text: string): string
}

/** Receives what a scanner reads, in order. */
export interface JsonTextSink {
  open(leaf: JsonLeaf): void
  /** More of the leaf that is open: what it says, escapes undone. */
  text(text: string): void
  /** The leaf that is open is complete. */
  close(): void
}

/** Leads offsets of a text back to how it is written with escapes. */
export class EscapeMap {
  readonly #start: number
  /** Offset of the text from which on the written one is as far ahead as the entry beside it says. */
  readonly #from: number[] = []
  readonly #ahead: number[] = []

  constructor(start: number) {
    this.#start = start
  }

  /** Notes that the sign at `offset` is written with `length` signs. */
  add(offset: number, length: number): void {
    this.#from.push(offset + 1)
    this.#ahead.push((this.#ahead.at(-1) ?? 0) + length - 1)
  }

  /** Offset of the written text at which the sign at `offset` begins. */
  written(offset: number): number {
    let low = 0
    let high = this.#from.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#from[middle] ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return this.#start + offset + (low === 0 ? 0 : (this.#ahead[low - 1] ?? 0))
  }
}

/** Writes a text as it stands between the quotes of a JSON string. */
export function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Tells whether the name of a member is a usual one: others may hold what people write. */
export function isPlainName(name: string): boolean {
  if (name.length > 64) return false
  let digits = 0
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at)
    const isDigit = code >= 0x30 && code <= 0x39
    digits = isDigit ? digits + 1 : 0
    if (digits === 6 || !(isDigit || isLetter(code) || isJoint(code))) return false
  }
  return name !== ''
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

/** Underscore, hyphen, full stop, dollar sign. */
function isJoint(code: number): boolean {
  return code === 0x5f || code === 0x2d || code === 0x2e || code === 0x24
}

/** Tells whether a number is long enough to identify somebody or something. */
export function isLongNumber(value: number): boolean {
  return value >= 1e8 || value <= -1e8
}

/** The same number as every reader of JSON writes it. */
export function numberText(written: string): string {
  return String(Number(written))
}
