import type { Trigger } from './contract.ts'
import type { FormatDetector, TriggerDetector } from './contract.ts'
import { ContextReader } from './context-words.ts'
import { characterClasses } from './format-automaton.ts'
import type { Prepared, Preparation, ScanResult, TextPart } from './scanner.ts'
import { regroupedScore, scoreOf } from './scoring.ts'
import {
  closesHere,
  codeAt,
  isAlnumCode,
  isDigitCode,
  isEmbedded,
  isLetterCode,
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
const longestRow = 64
const triggerCharacters: readonly Trigger[] = ['@', ':', '.', '+', '(', '[']

/** Kinds of ASCII characters: those that stand in words, and 4 and above those that detectors wait for. */
const [lower, upper, digit, firstTrigger] = [1, 2, 3, 4]
const kinds: Readonly<Uint8Array> = buildKinds()

/** How far before a part sightings may begin that reach into it, and behind it the signs they are seen by. */
const margin = { before: 32, after: 72 } as const

const nothing: readonly ScanResult[] = []

/** A place and how it stands in its text. */
interface Place {
  readonly start: number
  readonly end: number
  readonly alone: boolean
  readonly embedded: boolean
}

/** One pass over one text, or over a part of it. */
export class Scan {
  readonly #text: string
  readonly #preparation: Preparation
  readonly #isFragment: boolean
  // Made when something is seen: in most texts nothing is.
  #context: ContextReader | undefined
  #results: ScanResult[] | undefined
  #groupsEnd = 0
  /** What is known of the place of the last sighting: detectors often see the same. */
  #lastPlace: Place | undefined

  constructor(text: string, preparation: Preparation, isFragment: boolean) {
    this.#isFragment = isFragment
    this.#text = text
    this.#preparation = preparation
  }

  /** Reads the text and gives everything that was seen; of a part what overlaps it, and some around it. */
  run(part?: TextPart): readonly ScanResult[] {
    const text = this.#text
    const end = part === undefined ? text.length : Math.min(text.length, part.to + margin.after)
    let at = part === undefined ? 0 : rowStart(text, Math.min(end, part.from - margin.before))
    let wordsFrom = at
    for (;;) {
      at = proseEnd(text, at, end)
      if (at >= end) return this.#results ?? nothing
      const kind = kindAt(text, at)
      if (kind >= firstTrigger) {
        this.#trigger(triggerCharacters[kind - firstTrigger] ?? '.', at)
        at++
        continue
      }
      const start = at
      const firstDigit = wordEnd(text, start, false)
      at = wordEnd(text, firstDigit, true)
      // Words of prose are in no format: a digit must be near, or the word be in capitals.
      if (firstDigit < at) {
        this.#words(Math.max(wordsFrom, firstDigit - mostBeforeDigit), start)
        this.#code(start, firstDigit)
        wordsFrom = at
      } else if (isUpper(text, start) && isUpper(text, start + 1) && opensWord(text, start)) {
        this.#walk(start, false)
      }
      if (at - start >= longToken) this.#trigger('long-token', start)
    }
  }

  /** Follows the formats from words that stand closely before a digit; those in capitals were followed before. */
  #words(from: number, to: number): void {
    const text = this.#text
    for (let at = from; at < to; at++) {
      if (!isAlnumCode(codeAt(text, at)) || isAlnumCode(codeAt(text, at - 1))) continue
      const isFollowed = isUpper(text, at) && isUpper(text, at + 1)
      if (!isFollowed && opensWord(text, at)) this.#walk(at, false)
    }
  }

  /** Follows the formats from a run of letters and digits with a digit in it, and from that digit. */
  #code(start: number, firstDigit: number): void {
    const text = this.#text
    const opens = opensWord(text, start)
    const isNear = firstDigit - start <= mostBeforeDigit
    if (opens && (isNear || (isUpper(text, start) && isUpper(text, start + 1)))) {
      this.#walk(start, false)
    }
    if (firstDigit - start >= 2) this.#walk(firstDigit, true)
    if (firstDigit > start || !opens) return
    this.#trigger('number', start)
    if (start >= this.#groupsEnd) this.#groups(start)
  }

  /** Follows the automaton of all formats from a place. */
  #walk(start: number, glued: boolean): void {
    const { next, complete, start: first } = this.#preparation.automaton
    const text = this.#text
    let state = first
    let at = start
    for (;;) {
      const code = codeAt(text, at)
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
      while (isDigitCode(codeAt(text, at))) {
        at++
        digits++
      }
      ends.push(at)
      if (!isGroupSeparator(codeAt(text, at)) || !isDigitCode(codeAt(text, at + 1))) break
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
    const results = this.#results ?? nothing
    for (let i = results.length - 1; i >= 0; i--) {
      const seen = results[i]
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
    const reader = (this.#context ??= new ContextReader(this.#text, this.#preparation.vocabulary))
    const contextDistance = reader.nearest(start, end, context)
    if (detector.needsContext === true && contextDistance === undefined) return
    const { alone, embedded } = this.#placeOf(start, end)
    const score = scoreOf(base, {
      contextDistance,
      alone,
      embedded: embedded && detector.mayBeEmbedded !== true,
      unrelated:
        contextDistance === undefined &&
        reader.nearest(start, end, this.#preparation.unrelated) !== undefined,
    })
    if (score < leastScore) return
    this.#results ??= []
    this.#results.push({ detector, start, end, score })
  }

  #placeOf(start: number, end: number): Place {
    const last = this.#lastPlace
    if (last?.start === start && last.end === end) return last
    const alone = !this.#isFragment && standsAlone(this.#text, start, end)
    return (this.#lastPlace = { start, end, alone, embedded: isEmbedded(this.#text, start, end) })
  }
}

function kindAt(text: string, index: number): number {
  const code = codeAt(text, index)
  return code < 128 ? (kinds[code] ?? 0) : 0
}

/** Goes on over words in which no detector is interested; returns where something else begins. */
function proseEnd(text: string, from: number, to: number): number {
  const table = kinds
  const length = text.length
  let at = from
  while (at < to) {
    const start = at
    const code = text.charCodeAt(at)
    const kind = code < 128 ? (table[code] ?? 0) : 0
    if (kind >= digit) return at
    at++
    if (kind === 0) continue
    for (; at < length; at++) {
      const next = text.charCodeAt(at)
      const nextKind = next < 128 ? (table[next] ?? 0) : 0
      if (nextKind === 0 || nextKind >= firstTrigger) break
      if (nextKind === digit || (nextKind === upper && kind === upper && at === start + 1)) {
        return start
      }
    }
    if (at - start >= longToken) return start
  }
  return to
}

/** End of the run of letters, or of letters and digits, that a place is in. */
function wordEnd(text: string, from: number, withDigits: boolean): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (withDigits ? !isAlnumCode(code) : !isLetterCode(code)) break
    at++
  }
  return at
}

/** Tells whether a letter of ASCII in upper case stands at a place. */
function isUpper(text: string, index: number): boolean {
  const code = codeAt(text, index)
  return code >= 65 && code < 91
}

/** Tells whether a run that no letter or digit precedes opens a word: only an underscore can make it part of one. */
function opensWord(text: string, start: number): boolean {
  return start === 0 || codeAt(text, start - 1) !== underscore || opensHere(text, start)
}

/** Start of the run of letters and digits, or of the row of groups of digits, that a place is in. */
function rowStart(text: string, index: number): number {
  let at = Math.max(0, index)
  for (;;) {
    while (at > 0 && isAlnumCode(codeAt(text, at - 1))) at--
    const isGroup =
      at > 1 &&
      index - at < longestRow &&
      isDigitCode(codeAt(text, at)) &&
      isGroupSeparator(codeAt(text, at - 1)) &&
      isDigitCode(codeAt(text, at - 2))
    if (!isGroup) return at
    at--
  }
}

/** Letters and digits of a range, in upper case. */
function valueOf(text: string, start: number, end: number): string {
  let value = ''
  let hasLower = false
  let from = start
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (isAlnumCode(code)) {
      hasLower ||= code >= 97
      continue
    }
    if (at > from) value += text.slice(from, at)
    from = at + 1
  }
  if (end > from) value += text.slice(from, end)
  return hasLower ? value.toUpperCase() : value
}

function isGroupSeparator(code: number): boolean {
  return code === 32 || code === 45 || code === 46 || code === 58
}

function buildKinds(): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 0; code < 128; code++) {
    if (isDigitCode(code)) table[code] = digit
    else if (isAlnumCode(code)) table[code] = code < 97 ? upper : lower
  }
  triggerCharacters.forEach((character, index) => {
    table[character.charCodeAt(0)] = firstTrigger + index
  })
  return table
}
