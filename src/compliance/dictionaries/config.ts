import { z } from 'zod'
import { dictionaryDefaults } from './dictionary.ts'

const share = z.number().min(0).max(1)

const contextSchema = z.strictObject({
  words: z
    .array(z.string().trim().min(1).max(100))
    .min(1)
    .max(1_000)
    .describe('Words of which one has to stand near a term; capitals and accents do not matter'),
  window: z
    .int()
    .min(1)
    .max(10_000)
    .default(dictionaryDefaults.contextWindow)
    .describe('How many characters before or behind the term they may stand'),
  scoreWithout: share
    .default(dictionaryDefaults.scoreWithoutContext)
    .describe('Score of a term without any of them'),
})

const dictionarySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be lower case letters, digits, dots and hyphens')
    .describe('Name of the dictionary'),
  file: z
    .string()
    .min(1)
    .describe('File of its terms: one a line, a table (.csv, .tsv), or a list terms: (.yaml)'),
  format: z
    .enum(['lines', 'csv', 'yaml'])
    .optional()
    .describe('How the file is written; by the ending of its name when left out'),
  column: z
    .string()
    .min(1)
    .optional()
    .describe('Name or number of the column of a table; the first when left out'),
  label: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('Label of its terms in policies; dictionary:NAME when left out'),
  category: z
    .string()
    .min(1)
    .max(64)
    .default(dictionaryDefaults.category)
    .describe('Group of labels it belongs to'),
  caseSensitive: z
    .boolean()
    .default(dictionaryDefaults.caseSensitive)
    .describe('Whether capitals must be as in the dictionary'),
  wholeWords: z
    .boolean()
    .default(dictionaryDefaults.wholeWords)
    .describe(
      'Whether terms are found as whole words only; scripts without spaces between words are exempt',
    ),
  foldDiacritics: z
    .boolean()
    .default(dictionaryDefaults.foldDiacritics)
    .describe('Whether letters with and without accents are the same'),
  minLength: z
    .int()
    .min(1)
    .max(100)
    .default(dictionaryDefaults.minLength)
    .describe('Fewest letters, digits and signs of a term; a shorter one is refused'),
  score: share.default(dictionaryDefaults.score).describe('How surely a term is what it seems'),
  context: contextSchema.optional().describe('Words that have to stand near a term'),
})

/** Schema of the dictionaries of a customer: names of projects, tickers, lists of clients. */
export const dictionariesConfigSchema = z
  .array(dictionarySchema)
  .max(100)
  .default([])
  .describe('Lists of terms to be found, such as names of projects or clients')

export type DictionaryConfig = z.output<typeof dictionarySchema>
