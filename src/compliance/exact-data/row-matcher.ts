import { exactDataLimits } from './settings.ts'
import type { ExactTable } from './table.ts'

/** A value of a table in a text. */
export interface Occurrence {
  /** Number of the value. */
  readonly value: number
  readonly start: number
  readonly end: number
}

/** A stretch of occurrences in which a row may be; `to` is exclusive. */
interface Stretch {
  readonly from: number
  to: number
}

/**
 * Chooses the occurrences that belong together to one row: at least `minColumns` of its columns within `window`
 * code units, one of them in few rows. What only is in many rows together proves nothing of any of them.
 *
 * @param occurrences in order of starts
 */
export function matchRows(table: ExactTable, occurrences: readonly Occurrence[]): Occurrence[] {
  const matcher = new RowMatcher(table, occurrences)
  const { window } = table
  const present = new Presence()
  let from = 0
  let to = 0
  for (const anchor of occurrences) {
    for (; startsBefore(occurrences[from], anchor.start - window); from++) {
      present.change(occurrences[from]?.value ?? 0, -1)
    }
    for (; startsBefore(occurrences[to], anchor.start + window); to++) {
      present.change(occurrences[to]?.value ?? 0, 1)
    }
    const { offsets, rows } = table.rows
    const first = offsets[anchor.value] ?? 0
    const last = offsets[anchor.value + 1] ?? 0
    if (last - first > exactDataLimits.sharedRows) continue
    for (let at = first; at < last; at++) {
      const row = rows[at] ?? 0
      if (isComplete(table, row, present)) matcher.add(row, from, to)
    }
  }
  return matcher.finish()
}

function startsBefore(occurrence: Occurrence | undefined, place: number): boolean {
  return occurrence !== undefined && occurrence.start < place
}

const presenceSize = 4096

/** Which values are near, and some others by chance: a table without collisions would cost more than it saves. */
class Presence {
  readonly #counts = new Int32Array(presenceSize)

  change(value: number, by: number): void {
    const place = value & (presenceSize - 1)
    this.#counts[place] = (this.#counts[place] ?? 0) + by
  }

  has(value: number): boolean {
    return this.#counts[value & (presenceSize - 1)] !== 0
  }
}

/** Tells whether enough columns of a row are among some values, wherever they stand. */
function isComplete(
  { rows: { groups, cells, width }, minColumns }: ExactTable,
  row: number,
  present: { has(value: number): boolean },
): boolean {
  let complete = 0
  for (const group of groups) {
    let isWhole = true
    for (const column of group) {
      const cell = cells[row * width + column] ?? 0
      isWhole &&= cell > 0 && present.has(cell - 1)
    }
    if (isWhole && ++complete >= minColumns) return true
  }
  return false
}

/** Looks closely where rows may be, at each stretch of occurrences once for each row. */
class RowMatcher {
  readonly #table: ExactTable
  readonly #occurrences: readonly Occurrence[]
  /** Places of each value among the occurrences. */
  readonly #places = new Map<number, number[]>()
  readonly #stretches = new Map<number, Stretch>()
  readonly #matched = new Set<number>()

  constructor(table: ExactTable, occurrences: readonly Occurrence[]) {
    this.#table = table
    this.#occurrences = occurrences
    for (const [place, { value }] of occurrences.entries()) {
      const places = this.#places.get(value)
      if (places === undefined) this.#places.set(value, [place])
      else places.push(place)
    }
  }

  /** A row may be within a stretch; stretches of one row come in order. */
  add(row: number, from: number, to: number): void {
    const last = this.#stretches.get(row)
    if (last !== undefined && from <= last.to) {
      last.to = to
      return
    }
    if (last !== undefined) this.#look(row, last)
    this.#stretches.set(row, { from, to })
  }

  finish(): Occurrence[] {
    for (const [row, stretch] of this.#stretches) this.#look(row, stretch)
    return this.#occurrences.filter((_, place) => this.#matched.has(place))
  }

  /** Marks what makes the row: each window that ends with one of its values and holds enough of them. */
  #look(row: number, stretch: Stretch): void {
    const places = this.#placesOf(row, stretch)
    const present = new Map<number, number>()
    let from = 0
    let marked = 0
    for (const [to, place] of places.entries()) {
      const last = this.#occurrences[place]
      if (last === undefined) continue
      present.set(last.value, (present.get(last.value) ?? 0) + 1)
      for (; startsBefore(this.#at(places[from]), last.end - this.#table.window); from++) {
        const value = this.#at(places[from])?.value ?? 0
        const left = (present.get(value) ?? 0) - 1
        if (left > 0) present.set(value, left)
        else present.delete(value)
      }
      if (!isComplete(this.#table, row, present)) continue
      for (marked = Math.max(marked, from); marked <= to; marked++) {
        this.#matched.add(places[marked] ?? 0)
      }
    }
  }

  #at(place: number | undefined): Occurrence | undefined {
    return place === undefined ? undefined : this.#occurrences[place]
  }

  /** Places of the values of a row within a stretch, in order. */
  #placesOf(row: number, { from, to }: Stretch): number[] {
    const { cells, width } = this.#table.rows
    const found: number[] = []
    for (const cell of new Set(cells.subarray(row * width, (row + 1) * width))) {
      const places = this.#places.get(cell - 1) ?? []
      for (let at = firstFrom(places, from); (places[at] ?? to) < to; at++) {
        found.push(places[at] ?? 0)
      }
    }
    return found.sort((a, b) => a - b)
  }
}

/** Index of the first number that is not less. */
function firstFrom(numbers: readonly number[], least: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] ?? 0) < least) low = middle + 1
    else high = middle
  }
  return low
}
