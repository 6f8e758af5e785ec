import { z } from 'zod'
import { exactDataDefaults } from './settings.ts'

const tableSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be lower case letters, digits, dots and hyphens')
    .describe('Name of the table'),
  file: z.string().min(1).describe('File that smartflow exact-data hash made of the table'),
  key: z
    .string()
    .min(32)
    .describe('Secret of at least 32 characters that the file was made with, as a reference'),
  label: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('Label of its rows in policies; exact:NAME when left out'),
  category: z
    .string()
    .min(1)
    .max(64)
    .default(exactDataDefaults.category)
    .describe('Group of labels it belongs to'),
  minColumns: z
    .int()
    .min(1)
    .max(32)
    .default(exactDataDefaults.minColumns)
    .describe('How many columns of one row must be near each other; all where there are fewer'),
  window: z
    .int()
    .min(16)
    .max(10_000)
    .default(exactDataDefaults.window)
    .describe('Within how many characters they must be'),
  score: z
    .number()
    .min(0)
    .max(1)
    .default(exactDataDefaults.score)
    .describe('How surely a row is what it seems'),
})

/** Schema of the tables of a customer whose rows are to be found by their hashes. */
export const exactDataConfigSchema = z
  .array(tableSchema)
  .max(32)
  .default([])
  .describe('Tables of customers whose rows are found by keyed hashes')

export type ExactDataConfig = z.output<typeof tableSchema>
