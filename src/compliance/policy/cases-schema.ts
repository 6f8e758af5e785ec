import { z } from 'zod'

const word = z.string().min(1).max(256)
const words = z.array(word).max(1000)
const role = z.enum(['system', 'user', 'assistant', 'tool', 'document'])
const kind = z.enum(['text', 'tool-arguments', 'tool-result', 'document'])
const count = z.int().min(0).max(1_000_000_000)

const asSchema = z.strictObject({
  user: word.optional().describe('Id of the caller; case@example.com without it'),
  kind: z.enum(['user', 'service', 'agent']).optional().describe('user without it'),
  tenant: word.optional().describe('default without it'),
  department: word.optional().describe('Department of the caller'),
  groups: words.optional().describe('Groups of the caller'),
  roles: words.optional().describe('Roles of the caller'),
  tier: word.optional().describe('Access tier of the caller'),
  product: word.optional().describe('Product through which the call comes'),
  key: word.optional().describe('Id of the virtual key'),
  address: z.string().max(64).optional().describe('Address the call comes from'),
})

const foundSchema = z.strictObject({
  label: word.describe('Label of what was found, such as payment-card'),
  category: word.optional().describe('Its category; that of the detector without it'),
  score: z.number().min(0).max(1).default(0.95).describe('How surely'),
  count: z.int().min(1).max(1_000_000).default(1).describe('How often'),
  role: role.optional().describe('user without it; assistant in an answer'),
  kind: kind.optional().describe('text without it'),
  source: word.optional().describe('Tool or document of the text'),
})

const toolSchema = z.strictObject({
  name: word.describe('Name of the tool'),
  tier: z.enum(['T1', 'T2', 'T3']).default('T1').describe('Its risk'),
  use: z
    .enum(['offered', 'called', 'answered'])
    .default('called')
    .describe('What the call does with it'),
})

const factsSchema = z.strictObject({
  found: z.array(foundSchema).max(1000).default([]).describe('What detectors have found'),
  labels: words.default([]).describe('Labels of the content'),
  tools: z.array(toolSchema).max(1000).default([]).describe('Tools the call concerns'),
  attachments: z
    .array(
      z.strictObject({
        type: z.enum(['image', 'audio', 'video', 'document', 'file']).describe('What it is'),
        count: z.int().min(1).max(10_000).default(1).describe('How many'),
      }),
    )
    .max(100)
    .default([])
    .describe('What is attached'),
  bytes: count.default(0).describe('Size of the body'),
})

const targetSchema = z.strictObject({
  provider: word.default('provider').describe('Name of the provider'),
  model: word.optional().describe('Name at the provider; the asked one without it'),
  region: word.optional().describe('Its region'),
  perimeter: word.optional().describe('Its perimeter'),
})

const expectSchema = z.strictObject({
  verdict: z.enum(['allow', 'redact', 'hold', 'block']).describe('redact: it passes, treated'),
  rules: words.optional().describe('Rules that must have spoken, such as pci-dss/card-numbers'),
  notRules: words.optional().describe('Rules that must not have spoken'),
  shadowed: words.optional().describe('Rules that must have spoken without effect'),
  treatments: z
    .record(z.string().max(256), z.enum(['none', 'tokenise', 'mask', 'hash', 'redact']))
    .optional()
    .describe('What is done with findings, by label'),
  routeTo: word.optional().describe('The model that must answer instead'),
})

/** Schema of a case: who sends what where, and what the policies must say to it. */
export const policyCaseSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('What the case shows, in words'),
  text: z.string().max(1_000_000).optional().describe('A text to inspect as in a real call'),
  facts: factsSchema.optional().describe('What would be found, in place of a text or beside it'),
  as: asSchema.default({}).describe('Who calls'),
  direction: z.enum(['request', 'answer']).default('request').describe('Which way it goes'),
  operation: word.default('chat').describe('Kind of call'),
  model: word.default('model').describe('The model that is asked for'),
  target: z
    .union([targetSchema, z.array(targetSchema).min(1).max(100)])
    .optional()
    .describe('Where the call would go; a target without region and perimeter without it'),
  expect: expectSchema.describe('What must come out'),
})

/** Schema of a list of cases. */
export const casesSchema = z.array(policyCaseSchema).max(100_000)

/** Schema of an object with cases. */
export const casesObjectSchema = z.strictObject({ cases: casesSchema })

export type PolicyCase = z.output<typeof policyCaseSchema>
/** A case as it is written. */
export type PolicyCaseInput = z.input<typeof policyCaseSchema>
