import { EscapeMap, escapeJson, isLongNumber, isPlainName, numberText } from './leaf.ts'
import type { JsonLeaf, JsonTextSink } from './leaf.ts'
import { memberStep, nameStep, restStep } from './place.ts'

const quote = 0x22
const backslash = 0x5c
/** Brackets that may be open; deeper text is taken as it stands. */
const maxDepth = 256
/** Longest number or word outside of strings. */
const maxBareLength = 64
/** Most signs that wait for what follows a number or word. */
const maxPendingLength = 256

const states = {
  value: 0,
  firstElement: 1,
  firstName: 2,
  name: 3,
  colon: 4,
  afterValue: 5,
  string: 6,
  bare: 7,
  rest: 8,
  ended: 9,
} as const
type State = (typeof states)[keyof typeof states]

/** An object or array that is open. */
interface Container {
  readonly isObject: boolean
  /** Name of the member that is being read. */
  key: string
  index: number
}

/**
 * Reads JSON text as it comes, however it is split, and finds what people and models wrote in it: strings,
 * long numbers and unusual names. What is no JSON any more is one text to its end. The same text gives the
 * same leaves for every split.
 */
export class JsonTextScanner {
  readonly #sink: JsonTextSink
  readonly #stack: Container[] = []
  #state: State = states.value
  /** Offset of the next sign in all text so far. */
  #at = 0
  /** Offset where the string, name, number or word began, its quote included. */
  #start = 0
  /** A bare word, the name of a member, or an escape as far as they came. */
  #word = ''
  #escape = ''
  #map = new EscapeMap(0)
  /** Length of what the string said so far. */
  #length = 0
  #isName = false
  /** A number or word with the blanks behind it, from `#start` on: what follows tells whether it is JSON. */
  #pending: string | undefined

  constructor(sink: JsonTextSink) {
    this.#sink = sink
  }

  /** Offset up to which nothing that was read waits for what follows, were it not for an open leaf. */
  get safe(): number {
    const isWaiting =
      this.#pending !== undefined ||
      this.#state === states.bare ||
      (this.#state === states.string && this.#isName)
    return isWaiting ? this.#start : this.#at - this.#escape.length
  }

  push(text: string): void {
    let at = 0
    if (this.#state === states.ended && text !== '') this.#giveUp(0)
    while (at < text.length) {
      if (this.#state === states.rest) {
        this.#sink.text(text.slice(at))
        this.#at += text.length - at
        return
      }
      const next =
        this.#state === states.string ? this.#inString(text, at) : this.#outside(text, at)
      this.#at += next - at
      at = next
    }
  }

  /** Ends what is open as if nothing followed. What follows all the same is taken as it stands. */
  end(): void {
    if (this.#state === states.bare) this.#endBare()
    this.#tellPending()
    if (this.#state === states.string && this.#isName) this.#cutName()
    else if (this.#state === states.string || this.#state === states.rest) this.#sink.close()
    this.#state = states.ended
    this.#escape = ''
  }

  /** Takes what belongs to the string from `at` on; returns the offset behind it. */
  #inString(text: string, at: number): number {
    if (this.#escape !== '') return this.#inEscape(text, at)
    let end = at
    while (end < text.length) {
      const code = text.charCodeAt(end)
      if (code === quote || code === backslash) break
      end += 1
    }
    if (end > at) this.#say(text.slice(at, end))
    if (end === text.length) return end
    if (text.charCodeAt(end) === backslash) this.#escape = '\\'
    else this.#endString()
    return end + 1
  }

  #inEscape(text: string, at: number): number {
    this.#escape += text[at] ?? ''
    if (this.#escape[1] === 'u' && this.#escape.length < 6) return at + 1
    this.#map.add(this.#length, this.#escape.length)
    const said = signOf(this.#escape)
    this.#escape = ''
    this.#say(said)
    return at + 1
  }

  #say(text: string): void {
    this.#length += text.length
    if (this.#isName) this.#word += text
    else this.#sink.text(text)
  }

  #endString(): void {
    if (!this.#isName) {
      this.#sink.close()
      this.#state = states.afterValue
      return
    }
    const top = this.#stack.at(-1)
    if (top !== undefined) top.key = this.#word
    if (!isPlainName(this.#word)) this.#tellName()
    this.#state = states.colon
  }

  #tellName(): void {
    this.#sink.open(this.#leaf('name'))
    this.#sink.text(this.#word)
    this.#sink.close()
  }

  /** The text ends within a name: it is one that nobody knows to be usual. */
  #cutName(): void {
    const top = this.#stack.at(-1)
    if (top !== undefined) top.key = this.#word
    if (this.#word !== '') this.#tellName()
  }

  /** Takes one sign outside of strings, or a run of a bare word; returns the offset behind it. */
  #outside(text: string, at: number): number {
    if (this.#state === states.bare) return this.#inBare(text, at)
    const sign = text[at] ?? ''
    if (sign === ' ' || sign === '\n' || sign === '\r' || sign === '\t') {
      this.#wait(sign)
      return at + 1
    }
    if (this.#pending !== undefined) {
      if (sign !== ',' && sign !== '}' && sign !== ']') return this.#giveUpPending(at)
      this.#tellPending()
    }
    if (sign === '"') return this.#begin(at)
    const isKnown = this.#structure(sign)
    if (isKnown) return at + 1
    const takesValue = this.#state === states.value || this.#state === states.firstElement
    if (!takesValue || !/[\w.+-]/.test(sign)) return this.#giveUp(at)
    this.#start = this.#at
    this.#word = ''
    this.#state = states.bare
    return at
  }

  /** Begins a string or a name at its quote. */
  #begin(at: number): number {
    if (this.#state === states.colon || this.#state === states.afterValue) return this.#giveUp(at)
    this.#start = this.#at
    this.#isName = this.#state === states.firstName || this.#state === states.name
    this.#state = states.string
    this.#word = ''
    this.#length = 0
    this.#map = new EscapeMap(this.#at + 1)
    if (!this.#isName) this.#sink.open(this.#leaf('string'))
    return at + 1
  }

  /** Takes a bracket, comma or colon; tells whether it may stand here. */
  #structure(sign: string): boolean {
    const state = this.#state
    const top = this.#stack.at(-1)
    const takesValue = state === states.value || state === states.firstElement
    switch (sign) {
      case '{':
      case '[':
        if (!takesValue || this.#stack.length >= maxDepth) return false
        this.#stack.push({ isObject: sign === '{', key: '', index: 0 })
        this.#state = sign === '{' ? states.firstName : states.firstElement
        return true
      case '}':
        if (top?.isObject !== true) return false
        if (state !== states.firstName && state !== states.afterValue) return false
        return this.#close()
      case ']':
        if (top?.isObject !== false) return false
        if (state !== states.firstElement && state !== states.afterValue) return false
        return this.#close()
      case ',':
        if (state !== states.afterValue || top === undefined) return false
        top.index += 1
        this.#state = top.isObject ? states.name : states.value
        return true
      case ':':
        if (state !== states.colon) return false
        this.#state = states.value
        return true
      default:
        return false
    }
  }

  #close(): true {
    this.#stack.pop()
    this.#state = states.afterValue
    return true
  }

  #inBare(text: string, at: number): number {
    let end = at
    const limit = Math.min(text.length, at + maxBareLength - this.#word.length)
    while (end < limit && /[\w.+-]/.test(text[end] ?? '')) end += 1
    this.#word += text.slice(at, end)
    if (this.#word.length === maxBareLength) this.#tellRest()
    else if (end < text.length) this.#endBare()
    return end
  }

  #endBare(): void {
    const word = this.#word
    if (word !== 'true' && word !== 'false' && word !== 'null' && !numberPattern.test(word)) {
      this.#tellRest()
      return
    }
    this.#state = states.afterValue
    this.#pending = word
  }

  /** A blank: a number or word may still turn out to be the beginning of something that is no JSON. */
  #wait(blank: string): void {
    if (this.#pending === undefined) return
    this.#pending += blank
    if (this.#pending.length > maxPendingLength) this.#tellPending()
  }

  /** The number or word that waits is JSON. */
  #tellPending(): void {
    if (this.#pending === undefined) return
    this.#word = this.#pending.trimEnd()
    this.#pending = undefined
    if (!isLongNumber(Number(this.#word))) return
    this.#sink.open(this.#leaf('number'))
    this.#sink.text(numberText(this.#word))
    this.#sink.close()
  }

  /** What waits goes on as no number does, such as `4111 1111`: all of it is one text. */
  #giveUpPending(at: number): number {
    this.#word = this.#pending ?? ''
    this.#pending = undefined
    this.#tellRest()
    return at
  }

  /** What begins here is no JSON: all of it is one text. */
  #giveUp(at: number): number {
    this.#word = ''
    this.#start = this.#at
    this.#tellRest()
    return at
  }

  /** Opens the last leaf, at the word that was no JSON. */
  #tellRest(): void {
    this.#state = states.rest
    this.#map = new EscapeMap(this.#start)
    this.#sink.open(this.#leaf('rest'))
    if (this.#word !== '') this.#sink.text(this.#word)
    this.#word = ''
  }

  #leaf(type: JsonLeaf['type']): JsonLeaf {
    const [map, start, end] = [this.#map, this.#start, this.#start + this.#word.length]
    const place = type === 'rest' ? restStep : this.#place() + (type === 'name' ? nameStep : '')
    const isNumber = type === 'number'
    return {
      type,
      key: type === 'name' || type === 'rest' ? undefined : this.#key(),
      place: () => place,
      // Part of a number cannot be replaced: what takes its place is a string.
      written: isNumber
        ? (offset) => (offset === 0 ? start : end)
        : (offset) => map.written(offset),
      escape: escapeOf[type],
    }
  }

  #key(): string | undefined {
    for (let depth = this.#stack.length - 1; depth >= 0; depth--) {
      const container = this.#stack[depth]
      if (container?.isObject === true) return container.key
    }
    return undefined
  }

  #place(): string {
    let place = ''
    for (const { isObject, key, index } of this.#stack) {
      place += isObject ? memberStep(key, place === '') : `[${index}]`
    }
    return place
  }
}

const numberPattern = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

const escapeOf: Readonly<Record<JsonLeaf['type'], (text: string) => string>> = {
  string: escapeJson,
  name: escapeJson,
  number: (text) => JSON.stringify(text),
  rest: (text) => text,
}

const shortEscapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Returns the sign an escape stands for; of one that is none, what stands behind the backslash. */
function signOf(escape: string): string {
  const kind = escape[1] ?? ''
  if (kind !== 'u') return shortEscapes[kind] ?? kind
  return /^[0-9a-f]{4}$/i.test(escape.slice(2))
    ? String.fromCharCode(Number.parseInt(escape.slice(2), 16))
    : '\ufffd'
}
