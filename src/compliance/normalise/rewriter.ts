import {
  backtick,
  closeAngle,
  hexadecimal,
  isAlnum,
  isControl,
  isDigitOrAt,
  isHex,
  isJoiner,
  isMark,
  isScalar,
  isValueCode,
  plain,
  roles,
  special,
  star,
} from './ascii.ts'
import { isCombining, meaningOf } from './characters.ts'
import { entityAt } from './entities.ts'
import type { MappedText } from './mapped-text.ts'

const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true })

/**
 * Writes a text anew without the disguises that a `Rewriter` undoes. `regions` are the parts in which there may
 * be any (from, to, from, to and so on, see `regionsAround`); the rest is taken as it is.
 */
export function rewrite(text: string, regions: readonly number[] = [0, text.length]): MappedText {
  const rewriter = new Rewriter(text.length)
  let at = 0
  for (let index = 0; index + 1 < regions.length; index += 2) {
    const [from = 0, to = 0] = [regions[index], regions[index + 1]]
    rewriter.copy(text, at, from)
    rewriter.write(text, from, to)
    at = to
  }
  rewriter.copy(text, at, text.length)
  return rewriter.finish()
}

/**
 * Writes a text anew without disguises: invisible characters, compatibility forms, percent, entity and
 * backslash encodings, emphasis and tags inside words.
 *
 * INVARIANT: every rule looks only at the end of what is already written, and applies until none does. What is
 * written thus holds nothing that any rule would change, however deep encodings were nested, in linear time.
 */
class Rewriter {
  #units: Uint16Array
  #starts: Uint32Array
  #ends: Uint32Array
  #length = 0

  constructor(capacity: number) {
    this.#units = new Uint16Array(capacity)
    this.#starts = new Uint32Array(capacity)
    this.#ends = new Uint32Array(capacity)
  }

  /** Writes a part of the text that holds no disguise. */
  copy(text: string, from: number, to: number): void {
    while (this.#units.length < this.#length + to - from) this.#grow()
    const units = this.#units
    const starts = this.#starts
    const ends = this.#ends
    const shift = this.#length - from
    for (let i = from; i < to; i++) {
      units[i + shift] = text.charCodeAt(i)
      starts[i + shift] = i
      ends[i + shift] = i + 1
    }
    this.#length += Math.max(0, to - from)
  }

  /** Writes a part of the text without its disguises. */
  write(text: string, from: number, to: number): void {
    for (let i = from; i < to;) {
      i = this.#writePlain(text, i, to)
      if (i === to) return
      const codePoint = text.codePointAt(i) ?? 0
      const end = i + (codePoint > 0xffff ? 2 : 1)
      this.#writeOne(codePoint, i, end)
      i = end
    }
  }

  /** Writes as many characters as complete nothing, and returns where it stopped. */
  #writePlain(text: string, from: number, to: number): number {
    const units = this.#units
    const starts = this.#starts
    const ends = this.#ends
    let length = this.#length
    const last = Math.min(to, from + units.length - length)
    let i = from
    for (; i < last; i++) {
      const code = text.charCodeAt(i)
      const role = code < 128 ? (roles[code] ?? 0) : special
      if (role !== plain) {
        if (role === special) break
        if (length > 0 && isMark(units[length - 1] ?? 0)) break
        if (role === hexadecimal && length > 1) {
          if (units[length - 2] === 37 || (length > 2 && units[length - 3] === 92)) break
          if (length > 4 && units[length - 5] === 92) break
        }
      }
      units[length] = code
      starts[length] = i
      ends[length] = i + 1
      length++
    }
    this.#length = length
    return i
  }

  /** Writes a code point that stands at a range of the original. */
  #writeOne(codePoint: number, start: number, end: number): void {
    if (codePoint < 128) {
      if (isControl(codePoint)) return
      this.#push(codePoint, start, end)
      this.#undo(codePoint)
      return
    }
    if (isCombining(codePoint)) {
      this.#combine(codePoint, start, end)
      return
    }
    const meaning = meaningOf(codePoint)
    if (meaning === undefined) {
      this.#pushWide(codePoint, start, end)
      return
    }
    for (const character of meaning) this.#writeOne(character.codePointAt(0) ?? 0, start, end)
  }

  /** What was written. */
  finish(): MappedText {
    return {
      text: utf16.decode(this.#units.subarray(0, this.#length)),
      starts: this.#starts.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#length),
    }
  }

  #push(unit: number, start: number, end: number): void {
    if (this.#length === this.#units.length) this.#grow()
    this.#units[this.#length] = unit
    this.#starts[this.#length] = start
    this.#ends[this.#length] = end
    this.#length++
  }

  #pushWide(codePoint: number, start: number, end: number): void {
    if (codePoint > 0xffff) {
      this.#push(0xd800 + ((codePoint - 0x10000) >> 10), start, end)
      this.#push(0xdc00 + ((codePoint - 0x10000) & 0x3ff), start, end)
    } else this.#push(codePoint, start, end)
  }

  #grow(): void {
    const capacity = this.#units.length * 2 + 64
    const units = new Uint16Array(capacity)
    units.set(this.#units)
    this.#units = units
    const starts = new Uint32Array(capacity)
    starts.set(this.#starts)
    this.#starts = starts
    const ends = new Uint32Array(capacity)
    ends.set(this.#ends)
    this.#ends = ends
  }

  #at(back: number): number {
    return this.#units[this.#length - back] ?? 0
  }

  /** A mark joins its letter where both are one character; on plain letters and digits it is a disguise. */
  #combine(mark: number, start: number, end: number): void {
    const before = this.#length > 0 ? this.#at(1) : 0
    const joined = (String.fromCharCode(before) + String.fromCharCode(mark)).normalize('NFC')
    if (before > 32 && joined.length === 1) {
      this.#units[this.#length - 1] = joined.charCodeAt(0)
      this.#ends[this.#length - 1] = end
      return
    }
    if (before >= 32 && before < 128) this.#ends[this.#length - 1] = end
    else this.#pushWide(mark, start, end)
  }

  /** Undoes what the character just written completes. */
  #undo(code: number): void {
    if (isAlnum(code)) {
      if (this.#length > 1 && isMark(this.#at(2))) this.#dropMarks()
      if (isHex(code) && this.#length > 2) this.#undoHex()
    } else if (code === 59) this.#undoEntity()
    else if (code === star) this.#undoItalics()
    else if (code === 125) this.#undoBracedEscape()
    else if (isJoiner(code) && this.#length > 1 && isMark(this.#at(2))) this.#dropMarks()
  }

  #undoHex(): void {
    if (this.#at(3) === 37 && isHex(this.#at(2))) this.#undoPercent()
    else if (
      this.#length > 3 &&
      this.#at(4) === 92 &&
      (this.#at(3) | 32) === 120 &&
      isHex(this.#at(2))
    ) {
      this.#replace(4, this.#hex(2, 1))
    } else if (this.#length > 3 && this.#at(4) === 92 && this.#octal() > 32) {
      this.#replace(4, this.#octal())
    } else if (this.#length > 5 && this.#at(6) === 92 && (this.#at(5) | 32) === 117) {
      if (isHex(this.#at(4)) && isHex(this.#at(3)) && isHex(this.#at(2)))
        this.#replace(6, this.#hex(4, 1))
    }
  }

  /** A byte below 128 stands for itself; above, the bytes of a whole character of UTF-8 must be there. */
  #undoPercent(): void {
    const byte = this.#hex(2, 1)
    if (byte < 128) {
      this.#replace(3, byte)
      return
    }
    if (byte >= 0xc0) return
    let value = byte & 63
    for (let count = 2; count <= 4; count++) {
      if (this.#length < 3 * count || this.#at(3 * count) !== 37) return
      const earlier = this.#hex(2, 3 * count - 2)
      if (Number.isNaN(earlier) || earlier < 128) return
      if (earlier < 0xc0) {
        value |= (earlier & 63) << (6 * (count - 1))
        continue
      }
      const lead = earlier >= 0xf0 ? 4 : earlier >= 0xe0 ? 3 : 2
      if (lead !== count) return
      value |= (earlier & (0x7f >> count)) << (6 * (count - 1))
      if (isScalar(value) && value >= 128) this.#replace(3 * count, value)
      return
    }
  }

  /** `12*3456*`: a long emphasis between single stars that begins inside a value. */
  #undoItalics(): void {
    let back = 2
    while (back < 48 && back <= this.#length && isValueCode(this.#at(back))) back++
    if (back < 7 || back > this.#length || this.#at(back) !== star) return
    if (!isDigitOrAt(this.#at(back + 1)) && !isDigitOrAt(this.#at(back - 1))) return
    if (!isAlnum(this.#at(back + 1)) && !isJoiner(this.#at(back + 1))) return
    // Without the first star the rest may complete something, so it is written once more.
    const from = this.#length - back
    const units = this.#units.slice(from + 1, this.#length - 1)
    const starts = this.#starts.slice(from + 1, this.#length - 1)
    const ends = this.#ends.slice(from + 1, this.#length - 1)
    this.#length = from
    for (const [i, unit] of units.entries()) this.#writeOne(unit, starts[i] ?? 0, ends[i] ?? 0)
  }

  #undoBracedEscape(): void {
    let digits = 0
    while (digits < 7 && isHex(this.#at(2 + digits))) digits++
    if (digits === 0 || digits > 6 || this.#length < digits + 4) return
    if (
      this.#at(2 + digits) !== 123 ||
      (this.#at(3 + digits) | 32) !== 117 ||
      this.#at(4 + digits) !== 92
    )
      return
    const value = this.#hex(digits, 2)
    if (isScalar(value)) this.#replace(digits + 4, value)
  }

  #undoEntity(): void {
    let back = 2
    while (back <= 12 && back <= this.#length && this.#at(back) !== 38) back++
    if (back > 12 || back > this.#length) return
    let name = ''
    for (let i = back - 1; i > 1; i--) name += String.fromCharCode(this.#at(i))
    const value = entityAt(name)
    if (value !== undefined && isScalar(value)) this.#replace(back, value)
  }

  /** `12**34` and `12<b>34`: emphasis inside a value. */
  #dropMarks(): void {
    const unit = this.#at(1)
    const start = this.#starts[this.#length - 1] ?? 0
    const end = this.#ends[this.#length - 1] ?? 0
    let length = this.#length - 1
    for (;;) {
      const shorter = this.#withoutMark(length, unit)
      if (shorter === length) break
      length = shorter
    }
    if (length === this.#length - 1) return
    this.#length = length
    this.#push(unit, start, end)
  }

  /** Length of what is written without the mark at its end; the same length when it is none inside a value. */
  #withoutMark(length: number, next: number): number {
    const mark = this.#units[length - 1] ?? 0
    if (!isMark(mark)) return length
    let from = length
    if (mark === closeAngle) from = this.#tagStart(length)
    else {
      while (from > 0 && length - from < 3 && this.#units[from - 1] === mark) from--
      if (mark !== backtick && length - from < 2) return length
    }
    const before = from > 0 ? (this.#units[from - 1] ?? 0) : 0
    // In text that is no value, only stars are emphasis inside a word.
    const isValue = isDigitOrAt(before) || isDigitOrAt(next)
    if (mark !== star && mark !== closeAngle && !isValue) return length
    return from < length && this.#isInside(before, next, from) ? from : length
  }

  /** Tells whether a mark stands inside a value, `from` being its start. */
  #isInside(before: number, next: number, from: number): boolean {
    if (isJoiner(next) && next !== 64) return isDigitOrAt(before)
    if (isAlnum(before) || isJoiner(before)) return true
    return before === 32 && isDigitOrAt(next) && isDigitOrAt(this.#units[from - 2] ?? 0)
  }

  /** Start of the tag or comment that ends at `length`; `length` itself when none does. */
  #tagStart(length: number): number {
    let from = length - 2
    while (from > 0 && length - from < 48 && this.#units[from] !== 60) from--
    if (this.#units[from] !== 60) return length
    const inside = String.fromCharCode(...this.#units.subarray(from + 1, length - 1))
    return /^(?:\/?(?:a|b|i|u|s|em|strong|span|wbr|font|mark|code|sub|sup|small|del|ins)(?: [^<>]*)?\/?|!--[^<>]*--)$/i.test(
      inside,
    )
      ? from
      : length
  }

  /** Number of the last three digits, where they are octal and below 128; 0 otherwise. */
  #octal(): number {
    const [high, middle, low] = [this.#at(3) - 48, this.#at(2) - 48, this.#at(1) - 48]
    const isOctal = (high === 0 || high === 1) && middle >> 3 === 0 && low >> 3 === 0
    return isOctal ? high * 64 + middle * 8 + low : 0
  }

  /** Number of `digits` hexadecimal digits, the last of them `back` from the end; NaN when one is none. */
  #hex(digits: number, back: number): number {
    let value = 0
    for (let i = digits - 1; i >= 0; i--) {
      const code = this.#at(back + i)
      if (!isHex(code)) return Number.NaN
      value = value * 16 + (code < 58 ? code - 48 : (code | 32) - 87)
    }
    return value
  }

  /** Writes one code point in place of the last `count` units. */
  #replace(count: number, codePoint: number): void {
    if (!isScalar(codePoint)) return
    const end = this.#ends[this.#length - 1] ?? 0
    let length = this.#length - count
    // An escape escaped once more has another backslash in front.
    if (this.#units[length] === 92) while (length > 0 && this.#units[length - 1] === 92) length--
    const start = this.#starts[length] ?? 0
    this.#length = length
    this.#writeOne(codePoint, start, end)
  }
}
