import { CsvReader } from '../dictionaries/csv-reader.ts'
import { PairIndex, resized } from '../dictionaries/pair-index.ts'
import { ExactDataError } from './exact-data-error.ts'
import { FingerprintFilter } from './fingerprint.ts'
import { deriveKeys } from './keys.ts'
import { exactDataLimits } from './settings.ts'
import { encodeTable, widthOf } from './table-file.ts'
import type { ColumnGroup } from './table-file.ts'
import { fingerprintsOf, noteLength, valueOf } from './values.ts'
import { ValueReading } from './words.ts'

/** What is to be hashed. */
export interface HashRequest {
  /** Text of the table: comma-separated values with names of columns in the first row. */
  readonly csv: string
  /** Where it comes from, for messages. */
  readonly file: string
  readonly table: string
  /** Columns that are looked for; those of one group count only together. */
  readonly columns: readonly ColumnGroup[]
  /** Secret of at least 32 characters. */
  readonly key: string
  /** 16 random bytes, new for each file. */
  readonly salt: Uint8Array
}

/** A file, and what became of the cells of the table. */
export interface HashResult {
  readonly bytes: Uint8Array
  readonly rows: number
  readonly values: number
  readonly keyId: string
  readonly columns: readonly ColumnReport[]
}

/** How well the cells of a column can be looked for. */
export interface ColumnReport {
  readonly name: string
  readonly empty: number
  /** Too short, or of too many words. */
  readonly unfit: number
  /** In more rows than tell one from another: they only support other columns. */
  readonly common: number
}

/** Reads columns as people write them: `iban,surname+birthdate`. */
export function parseColumns(text: string): ColumnGroup[] {
  return text.split(',').map((group) => group.split('+').map((name) => name.trim()))
}

/**
 * Hashes a table. Takes some microseconds for each cell.
 *
 * @throws {ExactDataError} when a column is missing, the table is empty or too long, or the key too short.
 */
export function hashTable(request: HashRequest): HashResult {
  const { file, table, columns, key, salt } = request
  if (key.length < exactDataLimits.leastKeyLength) {
    const problem = `the key is shorter than ${exactDataLimits.leastKeyLength} characters`
    throw new ExactDataError(file, problem, 'Make one with openssl rand -hex 32.')
  }
  const reader = new CsvReader(
    request.csv.startsWith('\ufeff') ? request.csv.slice(1) : request.csv,
  )
  const places = placesOf(reader.next() ?? [], request)
  const keys = deriveKeys(key, salt)
  const collector = new CellCollector(places.length, keys.hash)
  for (let row = reader.next(); row !== undefined; row = reader.next()) {
    collector.addRow(places.map((place) => row[place] ?? ''))
    if (collector.rows > exactDataLimits.rows) {
      const problem = `at line ${reader.line} it holds more than ${exactDataLimits.rows} rows`
      throw new ExactDataError(file, problem, 'Divide it into several tables.')
    }
  }
  const { rows } = collector
  if (rows === 0) {
    const cure = 'Give a table with names of columns in the first row, and rows below it.'
    throw new ExactDataError(file, 'there is no row in it', cure)
  }
  const sections = collector.finish()
  const { highs, filter } = sections
  const header = {
    version: 1 as const,
    table,
    keyId: keys.id,
    salt: Buffer.from(salt).toString('hex'),
    rows,
    columns,
    values: highs.length,
    filterWords: filter.length,
  }
  return {
    bytes: encodeTable({ header, ...sections }, keys),
    rows,
    values: highs.length,
    keyId: keys.id,
    columns: collector.report(columns.flat()),
  }
}

function placesOf(head: readonly string[], { columns, file }: HashRequest): number[] {
  const names = head.map((name) => name.trim())
  const width = widthOf(columns)
  if (width > exactDataLimits.columns) {
    const problem = `${width} columns are asked for; ${exactDataLimits.columns} are the most`
    throw new ExactDataError(file, problem, 'Choose those that tell people apart.')
  }
  return columns.flat().map((name) => {
    const place = names.indexOf(name)
    if (place >= 0) return place
    const cure = `Choose of its columns: ${names.slice(0, 40).join(', ')}.`
    throw new ExactDataError(file, `line 1: there is no column '${name}'`, cure)
  })
}

interface Sections {
  readonly filter: Int32Array
  readonly codeLengths: Int32Array
  readonly highs: Int32Array
  readonly lows: Int32Array
  readonly cells: Int32Array
}

/** Collects the values of the cells of rows. */
class CellCollector {
  rows = 0
  readonly #width: number
  readonly #hash: (canonical: string) => readonly [number, number]
  readonly #reading = new ValueReading()
  readonly #values = new PairIndex(1024)
  readonly #codeLengths = new Int32Array(2)
  /** Halves and salts of fingerprints, three for each. */
  #fingerprints = new Int32Array(4096)
  #fingerprintCount = 0
  #cells = new Int32Array(4096)
  /** In how many cells a value stands. */
  #uses = new Int32Array(1024)
  readonly #empty: number[]
  readonly #unfit: number[]

  constructor(width: number, hash: (canonical: string) => readonly [number, number]) {
    this.#width = width
    this.#hash = hash
    this.#empty = Array.from({ length: width }, () => 0)
    this.#unfit = Array.from({ length: width }, () => 0)
  }

  addRow(cells: readonly string[]): void {
    const base = this.rows++ * this.#width
    if (base + this.#width > this.#cells.length) {
      this.#cells = resized(this.#cells, Math.ceil((base + this.#width) * 1.5))
    }
    for (const [column, cell] of cells.entries())
      this.#cells[base + column] = this.#add(cell, column)
  }

  /** Number of the value of a cell plus one; 0 where there is none. */
  #add(cell: string, column: number): number {
    const trimmed = cell.trim()
    const value = trimmed === '' ? undefined : valueOf(trimmed, this.#reading)
    if (value === undefined) {
      const counts = trimmed === '' ? this.#empty : this.#unfit
      counts[column] = (counts[column] ?? 0) + 1
      return 0
    }
    if (value.kind === 'code') noteLength(this.#codeLengths, value.canonical.length - 2)
    const [high, low] = this.#hash(value.canonical)
    const known = this.#values.size
    const number = this.#values.add(high, low)
    if (number === known) {
      for (const { fingerprint, salt } of fingerprintsOf(value, trimmed, this.#reading)) {
        this.#note(fingerprint.one, fingerprint.two, salt)
      }
    }
    if (number >= this.#uses.length) this.#uses = resized(this.#uses, number * 2)
    this.#uses[number] = (this.#uses[number] ?? 0) + 1
    return number + 1
  }

  #note(one: number, two: number, salt: number): void {
    const at = 3 * this.#fingerprintCount++
    if (at + 3 > this.#fingerprints.length) {
      this.#fingerprints = resized(this.#fingerprints, Math.ceil((at + 3) * 1.5))
    }
    this.#fingerprints[at] = one
    this.#fingerprints[at + 1] = two
    this.#fingerprints[at + 2] = salt
  }

  finish(): Sections {
    const filter = FingerprintFilter.for(this.#fingerprintCount)
    for (let at = 0; at < 3 * this.#fingerprintCount; at += 3) {
      const [one = 0, two = 0, salt = 0] = this.#fingerprints.subarray(at, at + 3)
      filter.add({ one, two }, salt)
    }
    const count = this.#values.size
    const order = new Uint32Array(count).map((_, number) => number)
    order.sort((a, b) => (this.#values.firstOf(a) >>> 0) - (this.#values.firstOf(b) >>> 0))
    const ranks = new Int32Array(count + 1)
    const highs = new Int32Array(count)
    const lows = new Int32Array(count)
    for (let rank = 0; rank < count; rank++) {
      const number = order[rank] ?? 0
      ranks[number + 1] = rank + 1
      highs[rank] = this.#values.firstOf(number)
      lows[rank] = this.#values.secondOf(number)
    }
    const cells = this.#cells.slice(0, this.rows * this.#width)
    for (let at = 0; at < cells.length; at++) cells[at] = ranks[cells[at] ?? 0] ?? 0
    return { filter: filter.bits, codeLengths: this.#codeLengths, highs, lows, cells }
  }

  report(names: readonly string[]): ColumnReport[] {
    const common = names.map(() => 0)
    for (let at = 0; at < this.rows * this.#width; at++) {
      const number = (this.#cells[at] ?? 0) - 1
      const column = at % this.#width
      const isCommon = number >= 0 && (this.#uses[number] ?? 0) > exactDataLimits.sharedRows
      if (isCommon) common[column] = (common[column] ?? 0) + 1
    }
    return names.map((name, column) => ({
      name,
      empty: this.#empty[column] ?? 0,
      unfit: this.#unfit[column] ?? 0,
      common: common[column] ?? 0,
    }))
  }
}
