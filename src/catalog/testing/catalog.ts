import { GatewayError } from '../../core/errors.ts'
import type { Principal } from '../../core/principal.ts'
import { aliasesConfigSchema, catalogConfigSchema, tiersConfigSchema } from '../aliases-config.ts'
import { createCatalog } from '../catalog.ts'
import type { Catalog, CatalogParts } from '../catalog.ts'
import { modelsConfigSchema } from '../config.ts'
import type { ModelConfig } from '../config.ts'

/** Sections of a configuration as an operator writes them, models as name to `provider/model`. */
export interface CatalogSketch {
  readonly models?: Readonly<Record<string, string | readonly string[]>>
  readonly aliases?: Readonly<Record<string, string>>
  readonly tiers?: readonly unknown[]
  readonly catalog?: object
  readonly providers?: readonly string[]
  readonly known?: Readonly<Record<string, readonly string[]>>
}

/** A catalogue whose offers are the models themselves, so that tests see what was offered. */
export function sketchCatalog(sketch: CatalogSketch): Catalog<ModelConfig> {
  return createCatalog(sketchParts(sketch))
}

/** The parts of such a catalogue. */
export function sketchParts(sketch: CatalogSketch): CatalogParts<ModelConfig> {
  const models = modelsConfigSchema.parse(
    Object.entries(sketch.models ?? {}).map(([name, targets]) => ({
      name,
      targets: [targets].flat().map(targetOf),
    })),
  )
  return {
    models,
    aliases: aliasesConfigSchema.parse(sketch.aliases),
    tiers: tiersConfigSchema.parse(sketch.tiers),
    settings: catalogConfigSchema.parse(sketch.catalog),
    providers:
      sketch.providers ?? models.flatMap(({ targets }) => targets.map(({ provider }) => provider)),
    stores: new Map(),
    makeOffer: (model) => model,
    knownModels: (provider) => sketch.known?.[provider] ?? [],
  }
}

/** `openai/gpt-4o` as the target it stands for. */
function targetOf(text: string): { provider: string; model: string } {
  const slash = text.indexOf('/')
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) }
}

/** Someone who may ask for models of these patterns. */
export function who(...models: readonly string[]): Principal {
  return { id: 'ana', kind: 'user', tenant: 'default', groups: [], authenticatedBy: 'key', models }
}

/** An offer as `provider/model` of its targets. */
export function targetsOf(offer: ModelConfig): string[] {
  return offer.targets.map(({ provider, model }) => `${provider}/${model}`)
}

/** What a refusal says; `undefined` when nothing was refused. */
export function failureOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return { code: error.code, status: error.status, message: error.message, param: error.param }
  }
  return undefined
}
