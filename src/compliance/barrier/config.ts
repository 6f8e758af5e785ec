import { z } from 'zod'

const pattern = z
  .string()
  .min(1)
  .max(256)
  // eslint-disable-next-line no-control-regex -- control characters are what must not pass
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'expected text without control characters')
const patterns = z.array(pattern).max(10_000)
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected a name such as falcon or deal-team')
const words = z
  .string()
  .min(1)
  .max(500)
  .optional()
  .describe('What a user is told instead of words that name the category and the wall')

const memberFields = {
  users: patterns.default([]).describe('Ids of callers; * stands for any characters'),
  groups: patterns.default([]).describe('Groups of callers; one is enough'),
  departments: patterns.default([]).describe('Departments of callers'),
  tenants: patterns
    .optional()
    .describe('Tenants whose callers are meant; those of every tenant without it'),
}
const members = z.strictObject(memberFields)
const categories = patterns.describe('Labels of content, such as deal:falcon or deal:*')

const side = z.strictObject({
  name: name.describe('Name of the side; unique in its wall, and not outside'),
  ...memberFields,
  categories: categories
    .default([])
    .describe('Labels of content that belong to this side; members of no other side may have them'),
})

const rule = z.strictObject({
  from: name.describe('Side the information comes from; outside for those who are on no side'),
  to: name.describe('Side the information goes to; outside for those who are on no side'),
  direction: z
    .enum(['send', 'receive'])
    .describe(
      'send: those of `from` may send categories of `to`; receive: those of `to` may receive categories of `from`',
    ),
  categories: categories.min(1),
})

const wall = z.strictObject({
  name: name.describe('Name of the wall; unique among walls and conflicts'),
  sides: z.array(side).min(2).max(64).describe('Two sides or more that are kept apart'),
  allow: z.array(rule).max(1000).default([]).describe('What may cross the wall all the same'),
  above: members
    .optional()
    .describe('Who is above the wall, such as compliance officers: they may have all of it'),
  words,
})

const clearance = z
  .strictObject({
    ...memberFields,
    categories: categories.min(1),
    direction: z
      .enum(['send', 'receive', 'both'])
      .default('both')
      .describe('What they may do with them'),
    until: z.iso
      .datetime({ offset: true, error: 'expected a time such as 2027-01-31T00:00:00Z' })
      .transform((text) => Date.parse(text))
      .optional()
      .describe('Time from which it holds no longer, ISO 8601 with offset'),
  })
  .refine((entry) => entry.users.length + entry.groups.length + entry.departments.length > 0, {
    error: 'names nobody: expected users, groups or departments',
  })

const conflict = z.strictObject({
  name: name.describe('Name of the conflict of interest; unique among walls and conflicts'),
  categories: categories
    .min(2)
    .describe('Labels of competitors, one entry for each: who has seen one may not have another'),
  forgetAfterDays: z
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe('Days after the last contact from which it counts no longer; never without it'),
  exempt: members.optional().describe('Whom the conflict does not concern, such as auditors'),
  sameSide: z
    .boolean()
    .default(false)
    .describe(
      'Whether one side of a wall, or one clearance, may hold several of these categories: its people then ' +
        'have whichever they see first. Without it that is refused as a contradiction',
    ),
  words,
})

const approver = z.strictObject({
  key: z.string().min(1).max(256).describe("Name of the administrator's key, of server.admin.keys"),
  user: pattern.describe('Id under which its holder calls models: nobody approves their own'),
})

const crossings = z
  .strictObject({
    approvers: z
      .array(approver)
      .max(1000)
      .default([])
      .describe('Administrators who may let people cross a wall for a while; nobody without them'),
    maxDays: z.int().min(1).max(366).default(30).describe('Longest time that one may last'),
  })
  .prefault({})

/** Schema of the `barriers` section: who may send and receive which categories of content. */
export const barriersConfigSchema = z
  .strictObject({
    walls: z
      .array(wall)
      .max(1000)
      .default([])
      .describe('Walls between sides; what nothing permits to cross is refused'),
    clearances: z
      .array(clearance)
      .max(10_000)
      .default([])
      .describe('Categories that people may have beyond those of their sides'),
    conflicts: z
      .array(conflict)
      .max(1000)
      .default([])
      .describe('Conflicts of interest: what someone has seen decides what they may see next'),
    crossings: crossings.describe(
      'Leave to cross a wall for a while, given while the gateway runs',
    ),
  })
  .prefault({})

export type BarriersConfig = z.output<typeof barriersConfigSchema>
export type WallConfig = z.output<typeof wall>
export type ConflictConfig = z.output<typeof conflict>
export type ClearanceConfig = z.output<typeof clearance>
export type MembersConfig = z.output<typeof members>
