import type { TermFinder, TermSighting } from '../contracts.ts'
import { findCandidates } from './candidates.ts'
import { ExactDataError } from './exact-data-error.ts'
import { matchRows } from './row-matcher.ts'
import type { Occurrence } from './row-matcher.ts'
import { readTable } from './table.ts'
import type { ExactTable } from './table.ts'
import type { TableSettings } from './settings.ts'
import { ValueReading } from './words.ts'
import type { Words } from './words.ts'

/**
 * Finds rows of tables by the keyed hashes of their cells: at least `minColumns` columns of one row within
 * `window` code units. Every cell that was matched is told. Pure; linear in the text.
 */
export function createExactDataFinder(tables: readonly ExactTable[]): TermFinder {
  const reading = new ValueReading()
  return {
    labels: [
      ...new Map(
        tables.map(({ label, category }) => [`${label}\n${category}`, { label, category }]),
      ).values(),
    ],
    find(text) {
      if (tables.length === 0 || text === '') return []
      const words = reading.wordsOf(text)
      return tables
        .flatMap((table) => sightingsOf(table, words, reading))
        .sort((a, b) => a.start - b.start || b.end - a.end)
    },
  }
}

/**
 * Reads tables with a function for files.
 *
 * @throws {ExactDataError} also when a file cannot be read.
 */
export function openTables(
  settings: readonly TableSettings[],
  readFile: (path: string) => Uint8Array,
): ExactTable[] {
  return settings.map((one) => {
    let bytes: Uint8Array
    try {
      bytes = readFile(one.file)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const cure = 'Make it with smartflow exact-data hash, or correct the setting file.'
      throw new ExactDataError(one.file, `the file cannot be read (${reason})`, cure, {
        cause: error,
      })
    }
    return readTable(bytes, one)
  })
}

function sightingsOf(table: ExactTable, words: Words, reading: ValueReading): TermSighting[] {
  const occurrences: Occurrence[] = []
  const numbers = new Map<string, number>()
  findCandidates(words, {
    filter: table.filter,
    codeLengths: table.codeLengths,
    reading,
    onCandidate({ canonical }, start, end) {
      let value = numbers.get(canonical)
      if (value === undefined) numbers.set(canonical, (value = table.numberOf(canonical)))
      if (value >= 0) occurrences.push({ value, start, end })
    },
  })
  if (occurrences.length === 0) return []
  occurrences.sort((a, b) => a.start - b.start || a.end - b.end)
  const { label, category, score } = table
  return matchRows(table, withoutRepeats(occurrences)).map(({ start, end }) => ({
    start,
    end,
    score,
    label,
    category,
  }))
}

/** Leaves out what was seen twice, by two ways of reading the same place. */
function withoutRepeats(occurrences: readonly Occurrence[]): Occurrence[] {
  return occurrences.filter(({ value, start, end }, index) => {
    const before = occurrences[index - 1]
    return before?.value !== value || before.start !== start || before.end !== end
  })
}
