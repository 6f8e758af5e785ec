import { z } from 'zod'
import { modelsConfigSchema } from './config.ts'
import type { ModelConfig } from './config.ts'

const publicName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^*]+$/, 'expected a name without *')

/** Schema of the `aliases` section: further names of models. */
export const aliasesConfigSchema = z
  .record(publicName, publicName.describe('Name of a model or of another alias'))
  .default({})

const tierModels = z.union([
  z.string().min(1).max(256),
  z.array(z.string().min(1).max(256)).min(1).max(100),
])

const tierSchema = z.strictObject({
  name: z.string().min(1).max(64).describe('Name of the tier, such as frontier or fast'),
  models: z
    .record(z.string(), tierModels)
    .describe(
      'Models of this tier by provider. The first of a provider is the one that stands for the tier there; ' +
        'of the others (* stands for any characters) only requests are recognised',
    ),
})

/** Schema of the `tiers` section: which models of different providers stand for each other. */
export const tiersConfigSchema = z.array(tierSchema).max(1000).default([])

/** Schema of the `catalog` section: how names are understood and answered. */
export const catalogConfigSchema = z
  .strictObject({
    echoAskedModel: z
      .enum(['never', 'renamed', 'always'])
      .default('renamed')
      .describe(
        'Whether answers name the model as it was asked for. renamed: where an alias, a wildcard, the suffix ' +
          '[1m], x-smartflow-provider, a rollout or an override led to another name; the header ' +
          'x-smartflow-model always tells the name at the provider',
      ),
    providerHeader: z
      .enum(['permitted', 'off'])
      .default('permitted')
      .describe(
        'Whether x-smartflow-provider may choose who answers: among the models the caller may use, or not at all',
      ),
    maxWildcardModels: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(4096)
      .describe(
        'How many models that wildcards stand for are kept ready; the least used are made anew',
      ),
  })
  .prefault({})

export type AliasesConfig = z.output<typeof aliasesConfigSchema>
export type TierConfig = z.output<typeof tierSchema>
export type CatalogConfig = z.output<typeof catalogConfigSchema>

/** Returns a model with one target and every other setting at its default. */
export function plainModel(
  name: string,
  target: { readonly provider: string; readonly model: string },
): ModelConfig {
  const [model] = modelsConfigSchema.parse([{ name, targets: [target] }])
  if (model === undefined) throw new Error('a list of one has a first')
  return model
}
