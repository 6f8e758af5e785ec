import { FingerprintFilter } from './fingerprint.ts'
import { exactDataDefaults } from './settings.ts'
import type { TableSettings } from './settings.ts'
import { decodeTable, widthOf } from './table-file.ts'
import type { ColumnGroup, TableHeader } from './table-file.ts'

/** A table that can be looked for. */
export interface ExactTable {
  readonly name: string
  readonly label: string
  readonly category: string
  readonly score: number
  readonly minColumns: number
  readonly window: number
  readonly header: TableHeader
  readonly filter: FingerprintFilter
  readonly codeLengths: Int32Array
  /** Number of a value from 0; -1 where no cell holds it. */
  readonly numberOf: (canonical: string) => number
  readonly rows: RowIndex
}

/** Which values stand in which rows. */
export interface RowIndex {
  /** Single columns of a row. */
  readonly width: number
  /** Places of the columns of each group. */
  readonly groups: readonly (readonly number[])[]
  /** Number of the value plus one of each cell, row by row; 0 for none. */
  readonly cells: Int32Array
  /** Where the rows of each value begin in `rows`; one more than there are values. */
  readonly offsets: Int32Array
  readonly rows: Int32Array
}

/**
 * Reads a file that `hashTable` made.
 *
 * @throws {ExactDataError} telling the file, what is wrong and how to cure it.
 */
export function readTable(bytes: Uint8Array, settings: TableSettings): ExactTable {
  const { table, keys } = decodeTable(bytes, settings.key, settings.file)
  const { header, highs, lows, cells } = table
  const minColumns = settings.minColumns ?? exactDataDefaults.minColumns
  return {
    name: settings.name,
    label: settings.label ?? `exact:${settings.name}`,
    category: settings.category ?? exactDataDefaults.category,
    score: settings.score ?? exactDataDefaults.score,
    minColumns: Math.min(minColumns, header.columns.length),
    window: settings.window ?? exactDataDefaults.window,
    header,
    filter: new FingerprintFilter(table.filter),
    codeLengths: table.codeLengths,
    numberOf(canonical) {
      const [high, low] = keys.hash(canonical)
      return search(highs, lows, high, low)
    },
    rows: indexRows(cells, header.columns, highs.length),
  }
}

/** Finds a pair; the first halves are in order as unsigned numbers. */
function search(highs: Int32Array, lows: Int32Array, high: number, low: number): number {
  const sought = high >>> 0
  let from = 0
  let to = highs.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((highs[middle] ?? 0) >>> 0 < sought) from = middle + 1
    else to = middle
  }
  for (; from < highs.length && highs[from] === high; from++) if (lows[from] === low) return from
  return -1
}

function indexRows(cells: Int32Array, columns: readonly ColumnGroup[], values: number): RowIndex {
  const width = widthOf(columns)
  let place = 0
  const groups = columns.map((group) => group.map(() => place++))
  // Counted one place ahead, then filled from there: offsets end up where they belong.
  const offsets = new Int32Array(values + 2)
  for (const cell of cells) if (cell > 0) offsets[cell + 1] = (offsets[cell + 1] ?? 0) + 1
  for (let i = 1; i < offsets.length; i++) offsets[i] = (offsets[i] ?? 0) + (offsets[i - 1] ?? 0)
  const rows = new Int32Array(offsets[values + 1] ?? 0)
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] ?? 0
    if (cell === 0) continue
    const to = offsets[cell] ?? 0
    rows[to] = Math.floor(at / width)
    offsets[cell] = to + 1
  }
  return { width, groups, cells, offsets, rows }
}
