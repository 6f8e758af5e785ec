import { z } from 'zod'
import { operations } from '../../core/record.ts'
import { policyCaseSchema } from './cases-schema.ts'
import { isNetwork } from './networks.ts'

const id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'expected small letters, digits, dots and dashes, such as card-data',
  )
const pattern = z
  .string()
  .min(1)
  .max(256)
  // eslint-disable-next-line no-control-regex -- control characters are what must not pass
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'expected text without control characters')
const patterns = z.array(pattern).min(1).max(1000)
const score = z.number().min(0.01).max(1)
const bytes = z.int().min(0).max(1_000_000_000)

const whoMembers = {
  users: patterns.optional().describe('Ids of callers, such as e-mail addresses'),
  groups: patterns.optional().describe('Groups of the caller'),
  departments: patterns.optional().describe('Department of the caller'),
  roles: patterns.optional().describe('Roles of the caller, such as trader'),
  tiers: patterns.optional().describe('Access tier of the caller'),
  products: patterns.optional().describe('Product through which the call came'),
  keys: patterns.optional().describe('Ids of virtual keys; of keys of this file their names'),
  kinds: z
    .array(z.enum(['user', 'service', 'agent']))
    .min(1)
    .optional()
    .describe('Persons, programs or agents'),
  tenants: patterns.optional().describe('Tenant of the caller'),
  networks: z
    .array(
      z.string().max(64).refine(isNetwork, 'expected a network such as 10.0.0.0/8 or fd00::/8'),
    )
    .min(1)
    .max(1000)
    .optional()
    .describe('Networks the call comes from, IPv4 or IPv6'),
}

const whoSchema = z.strictObject({
  ...whoMembers,
  not: z.strictObject(whoMembers).optional().describe('Except callers of whom any of this is true'),
})

const exceptContent = z.strictObject({
  labels: patterns.optional().describe('Content that bears one of these labels'),
  detectors: patterns.optional().describe('Findings with these labels'),
  categories: patterns.optional().describe('Findings of these categories'),
  sources: patterns.optional().describe('Findings in texts of these tools or documents'),
  tools: patterns.optional().describe('Tools with these names'),
  models: patterns.optional().describe('Calls that ask for these models'),
  operations: z.array(z.enum(operations)).min(1).optional().describe('These kinds of calls'),
})

const whatSchema = z.strictObject({
  labels: patterns.optional().describe('Labels of the content, such as deal:falcon or deal:*'),
  detectors: patterns
    .optional()
    .describe('Labels of findings, such as payment-card or us-*; these or those of categories'),
  categories: patterns.optional().describe('Categories of findings, such as identity or health'),
  minScore: score
    .optional()
    .describe('How surely something must be found; minScore of the policy without it'),
  minCount: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('How many findings there must be before the rule speaks; 1 without it'),
  direction: z
    .enum(['request', 'answer', 'both'])
    .optional()
    .describe('What goes to a model, what comes back, or both; both without it'),
  textRoles: z
    .array(z.enum(['system', 'user', 'assistant', 'tool', 'document']))
    .min(1)
    .optional()
    .describe('Whose texts findings count in'),
  textKinds: z
    .array(z.enum(['text', 'tool-arguments', 'tool-result', 'document']))
    .min(1)
    .optional()
    .describe('Kinds of texts findings count in'),
  sources: patterns.optional().describe('Tools or documents in whose texts findings count'),
  tools: patterns.optional().describe('Names of tools the call concerns'),
  toolTiers: z
    .array(z.enum(['T1', 'T2', 'T3']))
    .min(1)
    .optional()
    .describe('Risk of tools: can be undone, in part, not at all'),
  toolUse: z
    .array(z.enum(['offered', 'called', 'answered']))
    .min(1)
    .optional()
    .describe('Tools offered to the model, called by it, or whose result is handed to it'),
  attachments: z
    .array(z.enum(['image', 'audio', 'video', 'document', 'file']))
    .min(1)
    .optional()
    .describe('What is attached to the request'),
  minBytes: bytes.optional().describe('Size of the body or the answer, at least'),
  maxBytes: bytes.optional().describe('Size of the body or the answer, at most'),
  operations: z.array(z.enum(operations)).min(1).optional().describe('Kinds of calls'),
  models: patterns.optional().describe('Names of models that are asked for'),
  not: exceptContent.optional().describe('Except calls and findings of which any of this is true'),
})

const whereMembers = {
  models: patterns.optional().describe('Names of models at their providers'),
  providers: patterns.optional().describe('Names of providers'),
  regions: patterns.optional().describe('Regions of targets'),
  perimeters: patterns.optional().describe('Perimeters of targets'),
}

const whereSchema = z.strictObject({
  ...whereMembers,
  not: z
    .strictObject(whereMembers)
    .optional()
    .describe('Except targets of which any of this is true'),
})

const routeSchema = z.strictObject({
  model: pattern.optional().describe('The model that answers instead of the asked one'),
  perimeters: patterns.optional().describe('Perimeters the call must stay within'),
  regions: patterns.optional().describe('Regions the call must stay within'),
})

const ruleMembers = {
  description: z
    .string()
    .max(2000)
    .optional()
    .describe('What the rule is for, and which law asks for it'),
  who: whoSchema.optional().describe('Callers it holds for; everybody without it'),
  what: whatSchema.optional().describe('Content it holds for; every call without it'),
  where: whereSchema.optional().describe('Where the call must be going for the rule to hold'),
  route: routeSchema.optional().describe('Where calls go, for the action route'),
  message: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Words for the user in place of the usual ones'),
  sharing: z
    .enum(['none', 'user', 'group', 'department', 'tenant'])
    .optional()
    .describe('How far an answer may be shared through the cache at most, where the rule speaks'),
  shadow: z
    .boolean()
    .optional()
    .describe('Only watch: what it says is recorded and changes nothing'),
}

const action = z.enum([
  'allow',
  'log',
  'warn',
  'tokenise',
  'mask',
  'hash',
  'redact',
  'route',
  'hold',
  'block',
])

const ruleSchema = z.strictObject({
  id: id.describe('Name of the rule, unique in its policy'),
  ...ruleMembers,
  action: action.describe('What happens: a stricter action of another rule always wins'),
})

const overrideSchema = z.strictObject({
  off: z.boolean().optional().describe('Leaves the rule of the pack out'),
  ...ruleMembers,
  action: action.optional().describe('Another action than that of the pack'),
})

const policySchema = z.strictObject({
  id: id.optional().describe('Name of the policy, unique; that of the pack without it'),
  pack: z.string().max(64).optional().describe('Name of a ready pack of rules to start from'),
  description: z.string().max(2000).optional().describe('What the policy is for'),
  mode: z
    .enum(['enforce', 'shadow'])
    .default('enforce')
    .describe('Whether its rules are in force or only watch'),
  default: z
    .enum(['allow', 'block'])
    .default('allow')
    .describe('With block nothing passes but what a rule of this policy allows'),
  who: whoSchema.optional().describe('Callers the whole policy holds for; everybody without it'),
  minScore: score
    .default(0.5)
    .describe('How surely something must be found, for rules that do not say'),
  windowSize: z
    .int()
    .min(64)
    .max(16_384)
    .optional()
    .describe(
      'Characters of an answer held back at most; the largest of all policies, 256 without any',
    ),
  sharing: z
    .enum(['none', 'user', 'group', 'department', 'tenant'])
    .optional()
    .describe('How far answers may be shared where no rule says less; the least of all policies'),
  rules: z.array(ruleSchema).max(1000).default([]).describe('Rules; their order does not matter'),
  overrides: z
    .record(z.string().max(64), overrideSchema)
    .default({})
    .describe(
      'Changes to rules of the pack, by their names; members of what are changed one by one',
    ),
  cases: z
    .array(policyCaseSchema)
    .max(10_000)
    .default([])
    .describe('Cases that smartflow policy test runs'),
  casesFile: z.string().min(1).max(4096).optional().describe('YAML file with more cases'),
})

/** Schema of the `policies` section. */
export const policiesConfigSchema = z.array(policySchema).max(200).default([])

export type PolicyConfig = z.output<typeof policySchema>
export type PoliciesConfig = readonly PolicyConfig[]
export type RuleConfig = z.output<typeof ruleSchema>
export type OverrideConfig = z.output<typeof overrideSchema>
export type WhoConfig = z.output<typeof whoSchema>
export type WhatConfig = z.output<typeof whatSchema>
export type WhereConfig = z.output<typeof whereSchema>
export type RouteConfig = z.output<typeof routeSchema>
export type RuleAction = RuleConfig['action']
