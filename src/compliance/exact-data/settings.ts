/** How a table is looked for. */
export interface TableSettings {
  readonly name: string
  /** Where its hashes come from, for messages. */
  readonly file: string
  /** The secret its file was made with. */
  readonly key: string
  /** `exact:<name>` when left out. */
  readonly label?: string | undefined
  readonly category?: string | undefined
  /** How many columns of one row must be near each other; all where a table has fewer. */
  readonly minColumns?: number | undefined
  /** Within how many UTF-16 code units they must be. */
  readonly window?: number | undefined
  /** Score of what is found, from 0 to 1. */
  readonly score?: number | undefined
}

/** What holds where a configuration says nothing. */
export const exactDataDefaults = {
  category: 'exact-data',
  minColumns: 2,
  window: 300,
  score: 0.95,
} as const

/** Bounds of one table; a value that more rows share than `sharedRows` tells nothing of any of them. */
export const exactDataLimits = {
  rows: 5_000_000,
  columns: 32,
  cells: 40_000_000,
  bytes: 1_073_741_824,
  sharedRows: 50,
  leastKeyLength: 32,
} as const
