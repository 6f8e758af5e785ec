import { z } from 'zod'
import { labelPattern } from './label.ts'

const label = z.string().regex(labelPattern, 'expected a label such as research or deal:falcon')
const patterns = z.array(z.string().trim().min(1).max(256)).min(1).max(1000)

const topicSchema = z.strictObject({
  file: z.string().min(1).describe('File that `smartflow categories train` wrote'),
  minScore: z
    .number()
    .min(0.01)
    .max(1)
    .optional()
    .describe('How surely a text must be on the topic; what training suggested without it'),
})

const members = {
  detectors: patterns
    .optional()
    .describe(
      'Labels of findings, such as us-ssn or dictionary:*, of detectors, dictionaries, patterns and ' +
        'tables; these or those of categories',
    ),
  categories: patterns.optional().describe('Categories of findings, such as identity or health'),
  minScore: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.5)
    .describe('How surely each of them must be found'),
  minCount: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1)
    .describe('How many of them must be found in one text'),
  tools: patterns
    .optional()
    .describe('Tools that the text goes to or comes from; capitals do not matter'),
  documents: patterns
    .optional()
    .describe('Titles of documents that the text is from; capitals do not matter'),
  topic: topicSchema.optional().describe('A trained topic that the text is on'),
  textRoles: z
    .array(z.enum(['system', 'user', 'assistant', 'tool', 'document']))
    .min(1)
    .optional()
    .describe('Whose texts it holds for'),
  textKinds: z
    .array(z.enum(['text', 'tool-arguments', 'tool-result', 'document']))
    .min(1)
    .optional()
    .describe('Kinds of texts it holds for'),
  direction: z
    .enum(['request', 'answer', 'both'])
    .default('both')
    .describe('What goes to a model, what comes back, or both'),
}

const parts = (entry: z.ZodType<CategoryCondition>) => ({
  anyOf: z.array(entry).min(1).max(1000).optional().describe('One of these must hold'),
  allOf: z.array(entry).min(1).max(100).optional().describe('Each of these must hold'),
})

const leaf = z.strictObject(members)
const branch = z.strictObject({ ...members, ...parts(leaf) })
const categorySchema = z.strictObject({
  label: label.describe('Label of the content, for policies and barriers'),
  description: z.string().max(500).optional().describe('What it stands for, for people'),
  ...members,
  ...parts(branch),
  implies: z
    .array(label)
    .min(1)
    .max(100)
    .optional()
    .describe('Labels that such content bears as well'),
})

/** When a text bears a label: every member that is there must hold; of a list one entry is enough. */
export interface CategoryCondition {
  readonly detectors?: readonly string[] | undefined
  readonly categories?: readonly string[] | undefined
  readonly minScore: number
  readonly minCount: number
  readonly tools?: readonly string[] | undefined
  readonly documents?: readonly string[] | undefined
  readonly topic?: { readonly file: string; readonly minScore?: number | undefined } | undefined
  readonly textRoles?:
    readonly ('system' | 'user' | 'assistant' | 'tool' | 'document')[] | undefined
  readonly textKinds?:
    readonly ('text' | 'tool-arguments' | 'tool-result' | 'document')[] | undefined
  readonly direction: 'request' | 'answer' | 'both'
  readonly anyOf?: readonly CategoryCondition[] | undefined
  readonly allOf?: readonly CategoryCondition[] | undefined
}

/** A label, when a text bears it, and what else it then bears. */
export interface CategoryConfig extends CategoryCondition {
  readonly label: string
  readonly description?: string | undefined
  readonly implies?: readonly string[] | undefined
}

/** Schema of the labels of content, and of how they are derived. */
export const categoriesConfigSchema = z
  .array(categorySchema)
  .max(1000)
  .default([])
  .describe(
    'Labels of content, derived from what is found in a text, where it is from, and its topic',
  )
