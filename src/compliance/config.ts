import { z } from 'zod'
import { categoriesConfigSchema } from './categories/config.ts'
import { dictionariesConfigSchema } from './dictionaries/config.ts'
import { exactDataConfigSchema } from './exact-data/config.ts'

const label = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,127}$/, 'expected a label such as custom:case-number')

const patternSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be lower case letters, digits, dots and hyphens')
    .describe('Name of the pattern'),
  pattern: z
    .string()
    .min(1)
    .max(4_000)
    .describe(
      'Regular expression; matched in linear time, so without look-around and back references',
    ),
  flags: z
    .string()
    .regex(/^[ism]*$/, 'may hold i, s and m only')
    .default('')
    .describe('i ignores case, s lets a dot stand for line ends, m lets ^ and $ stand at them'),
  label: label.optional().describe('Label of what it finds; custom:NAME when left out'),
  category: z.string().min(1).max(64).default('custom').describe('Group of labels it belongs to'),
  score: z.number().min(0).max(1).default(0.75).describe('How surely a match is what it seems'),
})

/** Schema of the `compliance` section: what is looked for in texts, and what looking may cost. */
export const complianceConfigSchema = z
  .strictObject({
    observe: z
      .boolean()
      .default(false)
      .describe('Look for everything and record it even when no policy and no barrier asks'),
    excludeDetectors: z
      .array(label)
      .max(1_000)
      .default([])
      .describe('Labels of built-in detectors of identifiers and secrets that are not to be used'),
    names: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe('Whether names are looked for; only done where a rule asks for them'),
        inlineCharacters: z
          .int()
          .min(0)
          .max(1_000_000)
          .default(8_192)
          .describe(
            'Longest text that is tagged at once, in characters; longer ones go to a worker',
          ),
        queueCharacters: z
          .int()
          .min(65_536)
          .max(268_435_456)
          .default(4_194_304)
          .describe('Most characters that may wait for the worker'),
      })
      .prefault({})
      .describe('Names of people, places and organisations, and addresses'),
    injection: z
      .boolean()
      .default(true)
      .describe('Whether requests are searched for attacks on the model that reads them'),
    patterns: z.array(patternSchema).max(1_000).default([]).describe('Patterns of your own'),
    dictionaries: dictionariesConfigSchema.describe('Lists of terms, such as names of projects'),
    exactData: exactDataConfigSchema.describe('Tables whose rows are to be recognised'),
    categories: categoriesConfigSchema.describe('Labels of content and where they come from'),
    unreadable: z
      .enum(['block', 'allow'])
      .default('block')
      .describe(
        'What is done with bodies that nobody here can read, such as prompts of token numbers',
      ),
    maxInspectionMs: z
      .int()
      .min(10)
      .max(600_000)
      .default(10_000)
      .describe(
        'Longest time a request or an answer may take to be looked through, in milliseconds',
      ),
  })
  .prefault({})

export type ComplianceConfig = z.output<typeof complianceConfigSchema>

export { findComplianceProblems } from './checks.ts'
