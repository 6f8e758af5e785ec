import { viewOf } from '../normalise/index.ts'
import { mostWords } from './automaton.ts'
import { DictionaryError } from './dictionary-error.ts'
import { Reading } from './reading.ts'
import type { ReadingSettings } from './reading.ts'
import { formatOf, readTerms, TermFileFault } from './term-file.ts'
import type { TermFormat } from './term-file.ts'
import { WordReader } from './word-reader.ts'

/** Words that have to stand near a term for it to count in full. */
export interface TermContext {
  readonly words: readonly string[]
  /** How many UTF-16 code units before or behind the term they may stand. */
  readonly window: number
  /** Score of a term without any of them, from 0 to 1. */
  readonly scoreWithout: number
}

/** What is known of a dictionary beside its terms. */
export interface DictionarySettings extends Partial<ReadingSettings> {
  readonly name: string
  /** Where its terms come from, for messages and to tell the format by its ending. */
  readonly file: string
  readonly format?: TermFormat | undefined
  /** Name or number (from 1) of the column of a table. */
  readonly column?: string | undefined
  /** `dictionary:<name>` when left out. */
  readonly label?: string | undefined
  readonly category?: string | undefined
  /** Fewest letters, digits and signs of a term. */
  readonly minLength?: number | undefined
  /** Score of a term, from 0 to 1. */
  readonly score?: number | undefined
  readonly context?: TermContext | undefined
}

/** Terms that were read and checked, ready for `createTermFinder`. */
export interface Dictionary {
  readonly name: string
  readonly label: string
  readonly category: string
  readonly score: number
  readonly context?: TermContext
  readonly reading: ReadingSettings
  readonly size: number
  /** All terms, one a line, without disguises. */
  readonly terms: string
}

/** What holds where a configuration says nothing. */
export const dictionaryDefaults = {
  category: 'dictionary',
  caseSensitive: false,
  wholeWords: true,
  foldDiacritics: true,
  minLength: 2,
  score: 0.9,
  contextWindow: 100,
  scoreWithoutContext: 0.3,
} as const

/** Bounds of one dictionary. */
export const dictionaryLimits = { terms: 1_000_000, bytes: 67_108_864 } as const

/**
 * Reads and checks the terms of a dictionary.
 *
 * @param content the file, as text or as bytes in UTF-8
 * @throws {DictionaryError} telling file, line and cure.
 */
export function loadDictionary(
  content: string | Uint8Array,
  settings: DictionarySettings,
): Dictionary {
  const { name, file, context } = settings
  const reading: ReadingSettings = {
    caseSensitive: settings.caseSensitive ?? dictionaryDefaults.caseSensitive,
    foldDiacritics: settings.foldDiacritics ?? dictionaryDefaults.foldDiacritics,
    wholeWords: settings.wholeWords ?? dictionaryDefaults.wholeWords,
  }
  const text = typeof content === 'string' ? content : decode(content, settings)
  const format = settings.format ?? formatOf(file)
  const collector = new TermCollector(settings, reading)
  try {
    const start = text.startsWith('\ufeff') ? text.slice(1) : text
    for (const term of readTerms(start, format, settings.column)) {
      collector.add(term.value, term.line)
    }
  } catch (error) {
    if (!(error instanceof TermFileFault)) throw error
    const place = { dictionary: name, file, line: error.line }
    throw new DictionaryError(place, error.message, error.cure, { cause: error })
  }
  const { size, terms } = collector.finish()
  return {
    name,
    label: settings.label ?? `dictionary:${name}`,
    category: settings.category ?? dictionaryDefaults.category,
    score: settings.score ?? dictionaryDefaults.score,
    ...(context === undefined ? {} : { context }),
    reading,
    size,
    terms,
  }
}

/**
 * Reads dictionaries with a function for files.
 *
 * @throws {DictionaryError} also when a file cannot be read.
 */
export function openDictionaries(
  settings: readonly DictionarySettings[],
  readFile: (path: string) => Uint8Array,
): Dictionary[] {
  return settings.map((one) => {
    let bytes: Uint8Array
    try {
      bytes = readFile(one.file)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const place = { dictionary: one.name, file: one.file }
      const cure = 'Put the file there, or correct the setting file of the dictionary.'
      throw new DictionaryError(place, `the file cannot be read (${reason})`, cure, {
        cause: error,
      })
    }
    return loadDictionary(bytes, one)
  })
}

function decode(bytes: Uint8Array, { name, file }: DictionarySettings): string {
  const place = { dictionary: name, file }
  if (bytes.length > dictionaryLimits.bytes) {
    const problem = `the file holds ${bytes.length} bytes; ${dictionaryLimits.bytes} are the most`
    throw new DictionaryError(place, problem, 'Divide it into several dictionaries.')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const line = lineOfFault(bytes)
    const cure = 'Save the file in UTF-8.'
    throw new DictionaryError({ ...place, line }, 'it is not UTF-8', cure, { cause: error })
  }
}

/** The first line with bytes that are not UTF-8. */
function lineOfFault(bytes: Uint8Array): number {
  const before = new TextDecoder('utf-8').decode(bytes).split('\ufffd', 1)[0] ?? ''
  return before.split('\n').length
}

const termsInChunk = 4096

/** Checks terms and joins them in few long strings. */
class TermCollector {
  readonly #settings: DictionarySettings
  readonly #reader: WordReader
  readonly #minLength: number
  #size = 0
  #chunk: string[] = []
  readonly #chunks: string[] = []

  constructor(settings: DictionarySettings, reading: ReadingSettings) {
    this.#settings = settings
    this.#reader = new WordReader(new Reading(reading))
    this.#minLength = settings.minLength ?? dictionaryDefaults.minLength
  }

  add(written: string, line: number): void {
    const term = written.includes('\n') ? written.replaceAll('\n', ' ') : written
    this.#check(term, line)
    if (++this.#size > dictionaryLimits.terms) {
      const problem = `there are more than ${dictionaryLimits.terms} terms`
      throw this.#fault(line, problem, 'Divide them into several dictionaries.')
    }
    this.#push(term)
    // Texts are searched without disguises, so a term that looks like one is sought in both forms.
    const { normal } = viewOf(term)
    if (normal !== term) this.#push(normal.replaceAll('\n', ' '))
  }

  finish(): { readonly size: number; readonly terms: string } {
    if (this.#size === 0) {
      throw this.#fault(undefined, 'there is no term in it', 'Add terms, or remove the dictionary.')
    }
    this.#chunks.push(this.#chunk.join('\n'))
    return { size: this.#size, terms: this.#chunks.join('\n') }
  }

  #push(term: string): void {
    this.#chunk.push(term)
    if (this.#chunk.length < termsInChunk) return
    this.#chunks.push(this.#chunk.join('\n'))
    this.#chunk = []
  }

  #check(term: string, line: number): void {
    const reader = this.#reader
    reader.reset(term)
    let length = 0
    const words = reader.next()
    for (let i = 0; i < words; i++) length += (reader.ends[i] ?? 0) - (reader.starts[i] ?? 0)
    if (length === 0) {
      const problem = term === '' ? 'a term is empty' : 'a term holds nothing to look for'
      throw this.#fault(line, problem, 'Fill it in, or remove the line.')
    }
    if (length < this.#minLength) {
      const problem = `a term is ${length} long; ${this.#minLength} is the least`
      const cure = 'Remove it, or lower minLength of the dictionary.'
      throw this.#fault(line, problem, cure)
    }
    if (words > mostWords) {
      const unit = this.#settings.wholeWords === false ? 'letters and signs' : 'words'
      const problem = `a term holds ${words} ${unit}; ${mostWords} are the most`
      throw this.#fault(line, problem, 'Shorten it to what is telling.')
    }
  }

  #fault(line: number | undefined, problem: string, cure: string): DictionaryError {
    const { name, file } = this.#settings
    return new DictionaryError({ dictionary: name, file, line }, problem, cure)
  }
}
