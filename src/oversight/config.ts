import { z } from 'zod'

const minuteMs = 60_000

const emergencyStopSchema = z
  .strictObject({
    twoPersonRelease: z
      .boolean()
      .default(false)
      .describe('A stop becomes weaker only when two different administrators want it'),
    releaseTtlMs: z
      .int()
      .min(10_000)
      .max(1440 * minuteMs)
      .default(15 * minuteMs)
      .describe('How long the first of the two waits for the second, in milliseconds'),
  })
  .prefault({})

const hourMs = 60 * minuteMs

const holdsSchema = z
  .strictObject({
    waitMs: z
      .int()
      .min(1000)
      .max(7 * 24 * hourMs)
      .default(15 * minuteMs)
      .describe('How long an action waits for people before it expires, in milliseconds'),
    decisionTtlMs: z
      .int()
      .min(1000)
      .max(7 * 24 * hourMs)
      .default(hourMs)
      .describe('How long an approval or a denial holds for the same action, in milliseconds'),
    maxUses: z
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .describe('How often an approved action may be done'),
    approvers: z
      .int()
      .min(1)
      .max(2)
      .default(1)
      .describe('How many different people have to approve; never the one who asks'),
    maxWaiting: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe('Most actions that wait at once; further ones are denied'),
    maxWaitingPerCaller: z
      .int()
      .min(1)
      .max(100_000)
      .default(50)
      .describe('Most actions of one caller that wait at once; further ones are denied'),
    retentionMs: z
      .int()
      .min(hourMs)
      .max(3650 * 24 * hourMs)
      .default(90 * 24 * hourMs)
      .describe(
        'How long decided actions can be listed, in milliseconds; the audit log keeps them',
      ),
  })
  .prefault({})

const toolName = z.string().min(1).max(256)

const toolsSchema = z
  .strictObject({
    tiers: z
      .array(
        z.strictObject({
          tool: toolName.describe('Name of a tool, or a pattern such as `crm_*`'),
          tier: z.enum(['T1', 'T2', 'T3']).describe('T1 can be undone, T2 in part, T3 not at all'),
        }),
      )
      .max(10_000)
      .default([])
      .describe('Risk tiers that win over what names and arguments say; the longest pattern first'),
    maxAmount: z
      .number()
      .nonnegative()
      .optional()
      .describe('Amounts in arguments above it make a call T3, in whatever unit the tools count'),
    internalDomains: z
      .array(z.string().min(1).max(253).toLowerCase())
      .max(1000)
      .default([])
      .describe('Mail domains of the organisation; recipients elsewhere make a call T3'),
  })
  .prefault({})

/** Schema of the `oversight` section: what people decide about while calls run. */
export const oversightConfigSchema = z
  .strictObject({
    emergencyStop: emergencyStopSchema.describe('Stops that an administrator orders'),
    holds: holdsSchema.describe('Actions that wait for the approval of people'),
    tools: toolsSchema.describe('How far what tools do can be undone'),
  })
  .prefault({})

export type OversightConfig = z.output<typeof oversightConfigSchema>
