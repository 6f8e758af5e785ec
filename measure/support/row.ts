/** One measured number. */
export interface Row {
  /** What was measured, such as the name of a detector or of a set of cases. */
  readonly subject: string
  readonly metric: string
  readonly value: number
  readonly unit: 'ratio' | 'µs/kB' | 'µs' | 'ms' | 'MB' | 'count'
  /** The promise: the value must not be less, or not be more. */
  readonly least?: number
  readonly most?: number
}

/** A file of `measure/` that `scripts/measure.ts` runs. */
export interface Measurement {
  readonly name: string
  /** Measures on the development data in a folder; a file that is not there is left out. */
  readonly run: (dataDir: string) => Promise<Row[]>
}

/** Tells whether a row keeps its promise; `undefined` where none was made. */
export function keepsPromise(row: Row): boolean | undefined {
  if (row.least === undefined && row.most === undefined) return undefined
  return row.value >= (row.least ?? -Infinity) && row.value <= (row.most ?? Infinity)
}
