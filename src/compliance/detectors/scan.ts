import type { Trigger } from './contract.ts'
import type { FormatDetector, TriggerDetector } from './contract.ts'
import { ContextReader } from './context-words.ts'
import { characterClasses } from './format-automaton.ts'
import type { Prepared, Preparation, ScanResult } from './scanner.ts'
import { regroupedScore, scoreOf } from './scoring.ts'
import {
  closesHere,
  isAlnumCode,
  isDigitCode,
  isEmbedded,
  opensHere,
  standsAlone,
} from './surroundings.ts'

/** Sightings below this are not worth telling anybody. */
const leastScore = 0.2
const longToken = 25
const underscore = 95
/** Letters and separators before the first digit of any format, save those all of capitals. */
const mostBeforeDigit = 10
const mostGroupedDigits = 19
const leastGroupedDigits = 8
const triggerCharacters: readonly Trigger[] = ['@', ':', '.', '+', '(', '[']

/** Role of each ASCII character for the scan: 1 letters and digits, 2 and above triggers. */
const roles: Readonly<Uint8Array> = buildRoles()

/** One pass over one text. */
export class Scan {
  readonly #text: string
  readonly #preparation: Preparation
  readonly #context: ContextReader
  readonly #results: ScanResult[] = []
  readonly #isFragment: boolean
  #groupsEnd = 0
  #nextDigit = -1
  /** What is known of the place of the last sighting: detectors often see the same. */
  #lastPlace = { start: -1, end: -1, alone: false, embedded: false }

  constructor(text: string, preparation: Preparation, isFragment: boolean) {
    this.#isFragment = isFragment
    this.#text = text
    this.#preparation = preparation
    this.#context = new ContextReader(text, preparation.vocabulary)
  }

  /** Reads the text and gives everything that was seen. */
  run(): ScanResult[] {
    const text = this.#text
    const length = text.length
    let i = 0
    while (i < length) {
      const code = text.charCodeAt(i)
      const role = code < 128 ? (roles[code] ?? 0) : 0
      if (role === 1) {
        i = this.#token(i)
        continue
      }
      if (role > 1) this.#trigger(triggerCharacters[role - 2] ?? '.', i)
      i++
    }
    return this.#results
  }

  /** Reads a run of letters and digits and returns its end. */
  #token(start: number): number {
    const text = this.#text
    const length = text.length
    const startsWithDigit = isDigitCode(text.charCodeAt(start))
    // A run is never preceded by a letter or digit, so only an underscore can make it part of a word.
    const opens = start === 0 || text.charCodeAt(start - 1) !== underscore || opensHere(text, start)
    if (opens && (startsWithDigit || this.#mayHoldCode(start))) this.#walk(start, false)
    let end = start + 1
    let glueChecked = startsWithDigit
    while (end < length) {
      const code = text.charCodeAt(end)
      if (!isAlnumCode(code)) break
      if (!glueChecked && isDigitCode(code)) {
        glueChecked = true
        if (end - start >= 2) this.#walk(end, true)
      }
      end++
    }
    if (startsWithDigit && opens) {
      this.#trigger('number', start)
      if (start >= this.#groupsEnd) this.#groups(start)
    }
    if (end - start >= longToken) this.#trigger('long-token', start)
    return end
  }

  /** Words of prose are in no format: a digit must be near, or the word be in capitals. */
  #mayHoldCode(start: number): boolean {
    const text = this.#text
    if (this.#nextDigit < start) {
      let at = start
      while (at < text.length && !isDigitCode(text.charCodeAt(at))) at++
      this.#nextDigit = at
    }
    return this.#nextDigit - start <= mostBeforeDigit || isCapitals(text, start)
  }

  /** Follows the automaton of all formats from a place. */
  #walk(start: number, glued: boolean): void {
    const { next, complete, start: first } = this.#preparation.automaton
    const text = this.#text
    let state = first
    let at = start
    for (;;) {
      const code = text.charCodeAt(at)
      const characterClass = code < 128 ? (characterClasses[code] ?? 0) : 0
      state = characterClass === 0 ? 0 : (next[state * 16 + characterClass] ?? 0)
      if (state === 0) return
      at++
      const owners = complete[state]
      if (owners !== undefined && closesHere(text, at)) this.#complete(start, at, owners, glued)
    }
  }

  #complete(start: number, end: number, owners: readonly number[], glued: boolean): void {
    const candidate = {
      text: this.#text,
      start,
      end,
      value: valueOf(this.#text, start, end),
      regrouped: false,
    }
    for (const owner of owners) {
      const prepared = this.#preparation.formats[owner]
      if (prepared === undefined || (glued && prepared.detector.mayBeGlued !== true)) continue
      const base = prepared.detector.rate(candidate.value, candidate)
      if (base > 0) this.#add(prepared, start, end, base)
    }
  }

  #trigger(trigger: Trigger, index: number): void {
    const waiting = this.#preparation.triggers[trigger]
    if (waiting === undefined) return
    for (const prepared of waiting) {
      const sighting = prepared.detector.at(this.#text, index)
      if (sighting !== undefined) this.#add(prepared, sighting.start, sighting.end, sighting.score)
    }
  }

  /** Digits in groups that no format names: reads the row of groups that starts here. */
  #groups(start: number): void {
    const text = this.#text
    const ends: number[] = []
    let digits = 0
    let at = start
    while (digits <= mostGroupedDigits) {
      while (isDigitCode(text.charCodeAt(at))) {
        at++
        digits++
      }
      ends.push(at)
      if (!isGroupSeparator(text.charCodeAt(at)) || !isDigitCode(text.charCodeAt(at + 1))) break
      at++
    }
    this.#groupsEnd = at
    if (ends.length < 2 || digits > mostGroupedDigits || digits < leastGroupedDigits) return
    if (!closesHere(text, at)) return
    const waiting = this.#preparation.anyGrouping[digits]
    if (waiting === undefined || waiting.length === 0) return
    const value = valueOf(text, start, at)
    for (const prepared of waiting) {
      if (this.#hasJustSeen(prepared.detector, start, at)) continue
      const candidate = { text, start, end: at, value, regrouped: true }
      const base = regroupedScore(prepared.detector.rate(value, candidate))
      if (base > 0) this.#add(prepared, start, at, base)
    }
  }

  /** The walk from the same place was just before, so its results are the last. */
  #hasJustSeen(detector: FormatDetector, start: number, end: number): boolean {
    for (let i = this.#results.length - 1; i >= 0; i--) {
      const seen = this.#results[i]
      if (seen === undefined || seen.start < start) return false
      if (seen.detector === detector && seen.start === start && seen.end === end) return true
    }
    return false
  }

  #add(
    { detector, context }: Prepared<FormatDetector | TriggerDetector>,
    start: number,
    end: number,
    base: number,
  ): void {
    const contextDistance = this.#context.nearest(start, end, context)
    if (detector.needsContext === true && contextDistance === undefined) return
    const { alone, embedded } = this.#placeOf(start, end)
    const score = scoreOf(base, {
      contextDistance,
      alone,
      embedded: embedded && detector.mayBeEmbedded !== true,
      unrelated:
        contextDistance === undefined &&
        this.#context.nearest(start, end, this.#preparation.unrelated) !== undefined,
    })
    if (score >= leastScore) this.#results.push({ detector, start, end, score })
  }

  #placeOf(start: number, end: number): { readonly alone: boolean; readonly embedded: boolean } {
    const last = this.#lastPlace
    if (last.start !== start || last.end !== end) {
      last.start = start
      last.end = end
      last.alone = !this.#isFragment && standsAlone(this.#text, start, end)
      last.embedded = isEmbedded(this.#text, start, end)
    }
    return last
  }
}

/** Tells whether a word begins with two capitals. */
function isCapitals(text: string, start: number): boolean {
  const [first, second] = [text.charCodeAt(start), text.charCodeAt(start + 1)]
  return first < 91 && second >= 65 && second < 91
}

/** Letters and digits of a range, in upper case. */
function valueOf(text: string, start: number, end: number): string {
  const raw = text.slice(start, end)
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i)
    if (!isAlnumCode(code)) return compact(raw)
  }
  return raw.toUpperCase()
}

function compact(raw: string): string {
  return raw.replaceAll(/[^0-9A-Za-z]+/g, '').toUpperCase()
}

function isGroupSeparator(code: number): boolean {
  return code === 32 || code === 45 || code === 46 || code === 58
}

function buildRoles(): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 0; code < 128; code++) if (isAlnumCode(code)) table[code] = 1
  triggerCharacters.forEach((character, index) => {
    table[character.charCodeAt(0)] = index + 2
  })
  return table
}
