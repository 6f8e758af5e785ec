import { z } from 'zod'
import { operations } from '../core/record.ts'

const word = z
  .string()
  .min(1)
  .max(256)
  // eslint-disable-next-line no-control-regex -- control characters are what must not pass
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'expected text without control characters')
const words = z.array(word).max(1000)
/** Texts are as long as a body may be. */
const text = z.string()

const personSchema = z.strictObject({
  key: word.optional(),
  user: word.optional(),
  kind: z.enum(['user', 'service', 'agent']).optional(),
  tenant: word.optional(),
  department: word.optional(),
  groups: words.optional(),
  roles: words.optional(),
  tier: word.optional(),
  product: word.optional(),
  address: z.string().max(64).optional(),
})

const targetSchema = z.strictObject({
  provider: word,
  model: word.optional(),
  region: word.optional(),
  perimeter: word.optional(),
})

const textSchema = z.strictObject({
  text,
  role: z.enum(['system', 'user', 'assistant', 'tool', 'document']).optional(),
  kind: z.enum(['text', 'tool-arguments', 'tool-result', 'document']).default('text'),
  source: word.optional(),
})

const toolSchema = z.strictObject({
  name: word,
  use: z.enum(['offered', 'called', 'answered']).default('called'),
  description: z.string().max(100_000).optional(),
  arguments: text.optional(),
})

const attachmentSchema = z.strictObject({
  type: z.enum(['image', 'audio', 'video', 'document', 'file']),
  count: z.int().min(1).max(10_000).default(1),
})

/** Schema of the body of `POST /api/maestro/evaluate`: who, what, and where to. */
export const evaluateBodySchema = z
  .strictObject({
    as: personSchema.prefault({}),
    direction: z.enum(['request', 'answer']).default('request'),
    operation: z.enum(operations).default('chat'),
    model: word.optional(),
    targets: z.array(targetSchema).min(1).max(100).optional(),
    policy: word.optional(),
    text: text.optional(),
    texts: z.array(textSchema).min(1).max(1000).optional(),
    tools: z.array(toolSchema).max(1000).optional(),
    attachments: z.array(attachmentSchema).max(100).optional(),
    format: word.optional(),
    body: z.union([text, z.record(z.string(), z.unknown())]).optional(),
  })
  .refine(
    (asked) =>
      [asked.text, asked.texts, asked.body].filter((each) => each !== undefined).length === 1,
    { error: 'expected exactly one of text, texts and body' },
  )
  .refine(({ body, format }) => (body === undefined) === (format === undefined), {
    error: 'expected body and format together, such as "format": "openai-chat"',
  })
  .refine(({ body, tools, attachments }) => body === undefined || !(tools || attachments), {
    error: 'tools and attachments go with text or texts: a body tells its own',
  })

export type EvaluateBody = z.output<typeof evaluateBodySchema>

/** Schema of the body of `POST /api/compliance/scan`. */
export const scanBodySchema = z.strictObject({
  content: text,
  policy: word.default('enterprise_standard'),
  direction: z.enum(['request', 'answer']).default('request'),
})

/** Schema of the body of `POST /api/compliance/intelligent/scan`; `context` is taken and decides nothing. */
export const intelligentScanBodySchema = z.strictObject({
  content: text,
  user_id: word.nullish(),
  org_id: word.nullish(),
  context: z.unknown().optional(),
})

/** Schema of the body of `POST /api/compliance/intelligent/feedback`. */
export const feedbackBodySchema = z.strictObject({
  scan_id: z
    .string()
    .regex(/^[A-Za-z0-9._~:-]{1,128}$/, 'expected the id of a scan or of a request'),
  is_false_positive: z.boolean(),
  label: word.optional(),
  rule: word.optional(),
  user_id: word.nullish(),
  notes: z.string().max(1000).nullish(),
})
