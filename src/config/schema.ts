import { z } from 'zod'
import { auditConfigSchema } from '../audit/config.ts'
import {
  aliasesConfigSchema,
  catalogConfigSchema,
  tiersConfigSchema,
} from '../catalog/aliases-config.ts'
import { modelsConfigSchema } from '../catalog/config.ts'
import { pricesConfigSchema } from '../catalog/prices-config.ts'
import { barriersConfigSchema } from '../compliance/barrier/config.ts'
import { complianceConfigSchema } from '../compliance/config.ts'
import { policiesConfigSchema } from '../compliance/policy/config.ts'
import { conversationsConfigSchema } from '../conversations/config.ts'
import type { JsonObject } from '../core/json.ts'
import { serverConfigSchema } from '../http/config.ts'
import { keysConfigSchema } from '../identity/config.ts'
import { oversightConfigSchema } from '../oversight/config.ts'
import { providersConfigSchema } from '../providers/config.ts'
import { routingConfigSchema } from '../routing/config.ts'
import { dataConfigSchema } from '../storage/config.ts'
import { telemetryConfigSchema } from '../telemetry/config.ts'
import { checkBarriers } from './barrier-checks.ts'
import {
  checkAliases,
  checkFallbacks,
  checkMigrations,
  checkModelNames,
  checkTiers,
} from './catalog-checks.ts'
import { checkCompliance } from './compliance-checks.ts'
import { duplicateNames, unknownName } from './checks.ts'
import type { CheckProblem, ConfigCheck } from './checks.ts'
import { checkLanes, checkTargetCounts } from './lane-checks.ts'
import { describeSchema, editorSchema } from './json-schema.ts'
import { renderReference } from './reference.ts'
import { watchedFiles } from './watched-files.ts'
import { checkPolicies } from './policy-checks.ts'
import { checkHedges, checkRules } from './route-checks.ts'

const schema = z.strictObject({
  server: serverConfigSchema.describe('Where the gateway listens and what it refuses'),
  data: dataConfigSchema.describe('Where the gateway keeps what must outlive it'),
  providers: providersConfigSchema.describe('Who answers, where, and with which credentials'),
  models: modelsConfigSchema.describe('What is offered to clients, and who answers for it'),
  aliases: aliasesConfigSchema.describe('Further names of models: alias and what it stands for'),
  tiers: tiersConfigSchema.describe(
    'Models of different providers that stand for each other; for x-smartflow-provider and overrides',
  ),
  catalog: catalogConfigSchema.describe('How names of models are understood and answered'),
  prices: pricesConfigSchema.describe("An administrator's own prices"),
  routing: routingConfigSchema.describe('Deadlines of calls to providers'),
  conversations: conversationsConfigSchema.describe(
    'What previous_response_id may name, and for how long',
  ),
  compliance: complianceConfigSchema.describe(
    'What is looked for in requests and answers, and what looking may cost',
  ),
  policies: policiesConfigSchema.describe('What may be sent where, by whom, and in which form'),
  barriers: barriersConfigSchema.describe('Who may send and receive which categories of content'),
  keys: keysConfigSchema.describe('Virtual keys kept in this file, by their hash'),
  audit: auditConfigSchema.describe('The log of decisions and outcomes'),
  oversight: oversightConfigSchema.describe(
    'What people decide about while calls run: emergency stops, approvals, risk tiers of tools',
  ),
  telemetry: telemetryConfigSchema.describe('Operational log, metrics and traces; never content'),
})

/** The whole configuration of the gateway, as the rooms' schemas make it. */
export type Config = z.output<typeof schema>

const checks: readonly ConfigCheck<Config>[] = [
  (config) => duplicateNames(['providers'], 'provider', config.providers),
  (config) => duplicateNames(['models'], 'model', config.models),
  ({ compliance }) => duplicateNames(['compliance', 'patterns'], 'pattern', compliance.patterns),
  ({ compliance }) =>
    duplicateNames(['compliance', 'dictionaries'], 'dictionary', compliance.dictionaries),
  ({ compliance }) => duplicateNames(['compliance', 'exactData'], 'table', compliance.exactData),
  checkTargets,
  checkTargetCounts,
  checkPrices,
  checkModelNames,
  checkAliases,
  checkTiers,
  checkMigrations,
  checkLanes,
  checkFallbacks,
  checkRules,
  checkHedges,
  checkCompliance,
  checkBarriers,
  checkPolicies,
]

/** Schema of the configuration file: one section for each room that has any. */
export const configSchema = describeSchema(schema, checks, watchedFiles)

/** JSON Schema (draft 2020-12) of the configuration file, for editors. */
export function configJsonSchema(): JsonObject {
  return editorSchema(configSchema.jsonSchema, {
    id: 'urn:smartflow:configuration',
    title: 'Smartflow configuration',
  })
}

/** The reference of every setting as Markdown: the text of `docs/configuration.md`. */
export function renderConfigReference(): string {
  return renderReference(configSchema.jsonSchema)
}

function checkTargets(config: Config): CheckProblem[] {
  const known = config.providers.map((provider) => provider.name)
  return config.models.flatMap((model, index) =>
    model.targets.flatMap((target, at) =>
      known.includes(target.provider)
        ? []
        : [
            unknownName(
              ['models', index, 'targets', at, 'provider'],
              'provider',
              target.provider,
              known,
            ),
          ],
    ),
  )
}

function checkPrices(config: Config): CheckProblem[] {
  const known = config.providers.map((provider) => provider.name)
  return config.prices.entries.flatMap(({ provider }, index) =>
    provider === undefined || known.includes(provider)
      ? []
      : [unknownName(['prices', 'entries', index, 'provider'], 'provider', provider, known)],
  )
}
