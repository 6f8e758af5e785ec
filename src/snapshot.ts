import { cacheNotConfigured } from './cache/index.ts'
import { createCatalog, estimateTokens } from './catalog/index.ts'
import type { Catalog, ModelConfig, Ownership, PricedTarget, PriceList } from './catalog/index.ts'
import { complianceNotConfigured } from './compliance/index.ts'
import type { Answer, Question } from './core/call.ts'
import type { Clock } from './core/clock.ts'
import type { Operation, OutcomeRecord } from './core/record.ts'
import type { Target } from './core/target.ts'
import type { Cost } from './core/usage.ts'
import { createAuditStage } from './audit/index.ts'
import type { AuditLog } from './audit/index.ts'
import type { GatewayConfig } from './gateway.ts'
import { createIntake } from './http/index.ts'
import type { PlaneSnapshot } from './http/index.ts'
import { limitsNotConfigured } from './limits/index.ts'
import type { IdentityStage, Offer, Stages } from './pipeline/index.ts'
import { createTarget, echoModel, openProvider, traitsOf } from './providers/index.ts'
import type { ExchangeDependencies, Fetch, Provider } from './providers/index.ts'
import { createStrategy, sendInOrder } from './routing/index.ts'
import type { ClientFormat } from './formats/index.ts'

/** How long after a snapshot was built its prices are looked up. */
const pricesDelayMs = 100

export interface SnapshotDependencies {
  readonly clock: Clock
  readonly random: () => number
  readonly log: AuditLog
  readonly identity: IdentityStage
  readonly prices: PriceList
  readonly ownership: Ownership
  readonly clientFormats: ReadonlyMap<string, ClientFormat>
  /** Replaces the network for a provider: the simulated one answers in process. */
  readonly fetchFor: (provider: GatewayConfig['providers'][number]) => Fetch | undefined
  readonly onClosed: (question: Question, outcome: OutcomeRecord) => void
}

/** One configuration version at work: immutable, swapped as a whole, disposed when its last call ended. */
export interface Snapshot extends PlaneSnapshot, AsyncDisposable {
  readonly version: string
  readonly providerNames: readonly string[]
}

/** Builds everything a configuration version needs. Nothing of it is shared with another version. */
export function buildSnapshot(
  config: GatewayConfig,
  version: string,
  dependencies: SnapshotDependencies,
): Snapshot {
  const providers = new Map<string, Provider>()
  const configs = new Map(config.providers.map((entry) => [entry.name, entry]))
  for (const entry of config.providers) {
    const options = { fetch: dependencies.fetchFor(entry), clock: dependencies.clock }
    const provider = openProvider(entry, (runtime) => traitsOf(entry, runtime), options)
    providers.set(entry.name, provider)
  }
  const exchange: ExchangeDependencies = {
    clientFormats: dependencies.clientFormats,
    timeouts: config.routing,
    maxAnswerBytes: config.server.limits.maxAnswerBytes,
    maxFrameBytes: config.server.limits.maxFrameBytes,
    now: () => dependencies.clock.now(),
    estimateTokens,
  }
  // Reading the published prices takes some milliseconds: after start-up, before the first call ends.
  const pricing = setTimeout(() => {
    dependencies.prices.prepare(pricedTargets(config, configs))
  }, pricesDelayMs)
  const catalog = createCatalog<Offer>({
    models: config.models,
    aliases: config.aliases,
    tiers: config.tiers,
    settings: config.catalog,
    providers: [...providers.keys()],
    stores: storesOf(providers, exchange),
    makeOffer: (model) => offerOf(model, providers, { exchange, ...dependencies }),
    knownModels: (provider) => knownModels(provider, configs, dependencies.prices),
  })
  return {
    version,
    providerNames: [...providers.keys()],
    limits: config.server.limits,
    listModels: (principal) => catalog.list(principal),
    findModel: (name, principal) => catalog.find(name, principal),
    stages: stagesOf({ config, version, catalog, configs }, dependencies),
    async [Symbol.asyncDispose]() {
      clearTimeout(pricing)
      for (const provider of providers.values()) await provider[Symbol.asyncDispose]()
    },
  }
}

type ProviderConfigs = ReadonlyMap<string, GatewayConfig['providers'][number]>

/** The stages of the pipeline, each by the room it belongs to. */
function stagesOf(
  parts: {
    readonly config: GatewayConfig
    readonly version: string
    readonly catalog: Catalog<Offer>
    readonly configs: ProviderConfigs
  },
  dependencies: SnapshotDependencies,
): Stages {
  const { config, version, catalog, configs } = parts
  const { clock, log, identity, ownership, onClosed } = dependencies
  return {
    identity,
    intake: createIntake(config.server.limits),
    audit: createAuditStage({
      log,
      clock,
      configVersion: version,
      costOf: (answer) => costOf(answer, configs, dependencies),
      onClosed,
    }),
    catalog: {
      resolve: (question) =>
        question.model === ''
          ? catalog.resolveWithoutModel(question, ownership.check(question))
          : offerFor(question, catalog),
    },
    limits: limitsNotConfigured,
    compliance: complianceNotConfigured,
    cache: cacheNotConfigured,
    routing: { send: (question, offer) => send(question, offer, dependencies) },
  }
}

/** Finds the offer for the model a question names, at the provider it asks for if it does. */
function offerFor({ call, model: name, principal }: Question, catalog: Catalog<Offer>): Offer {
  const provider = call.headers.get('x-smartflow-provider')?.trim().toLowerCase() || undefined
  const { offer, echo, longContext } = catalog.resolve({ name, principal, provider })
  return echo === undefined && !longContext ? offer : { ...offer, echo, longContext }
}

async function send(
  question: Question,
  offer: Offer,
  { clock, ownership, clientFormats }: SnapshotDependencies,
): Promise<Answer> {
  const asked = offer.longContext === true ? { ...question, longContext: true } : question
  const sent = await sendInOrder(asked, offer.order(), clock)
  const format = clientFormats.get(question.call.clientFormat)
  const isEchoed = offer.echo !== undefined && format !== undefined
  const answer = isEchoed ? echoModel(sent, format, offer.echo) : sent
  return question.model === '' ? ownership.learn(question, answer) : answer
}

function offerOf(
  model: ModelConfig,
  providers: ReadonlyMap<string, Provider>,
  parts: { readonly exchange: ExchangeDependencies; readonly random: () => number },
): Offer {
  const targets = model.targets.map(({ provider: name, model: target, weight }) => {
    const provider = providers.get(name)
    if (provider === undefined) {
      throw new Error(
        `The model '${model.name}' names the provider '${name}', which is not configured.`,
      )
    }
    return createTarget(provider, { name: target, weight }, parts.exchange)
  })
  const strategy = createStrategy(model.strategy, parts.random)
  return { name: model.name, order: () => strategy(targets) }
}

/** Providers that keep files and batches, as offers without a model. */
function storesOf(
  providers: ReadonlyMap<string, Provider>,
  exchange: ExchangeDependencies,
): Map<string, Offer> {
  const stores = new Map<string, Offer>()
  const operation: Operation = 'files'
  for (const [name, provider] of providers) {
    if (provider.url({ operation, model: '', path: '/files' }) === undefined) continue
    const targets: readonly Target[] = [createTarget(provider, { name: '', weight: 1 }, exchange)]
    stores.set(name, { name, order: () => targets })
  }
  return stores
}

function costOf(
  answer: Answer,
  configs: ProviderConfigs,
  { prices, clock }: Pick<SnapshotDependencies, 'prices' | 'clock'>,
): Cost | undefined {
  const { report, provider: providerName, model } = answer
  const config = configs.get(providerName ?? '')
  if (report.usage === undefined || config === undefined || model === undefined) return undefined
  return prices.priceOf({
    ...targetOf(config, model),
    usage: report.usage,
    at: clock.now(),
  })
}

/** Names of the models that a provider's published prices tell of. */
function knownModels(name: string, configs: ProviderConfigs, prices: PriceList): readonly string[] {
  const config = configs.get(name)
  return config === undefined ? [] : prices.modelsOf(targetOf(config, ''))
}

function pricedTargets({ models }: GatewayConfig, configs: ProviderConfigs): PricedTarget[] {
  return models.flatMap(({ targets }) =>
    targets.flatMap(({ provider, model }) => {
      const config = configs.get(provider)
      return config === undefined ? [] : [targetOf(config, model)]
    }),
  )
}

/** What decides the price of a model at a provider. */
function targetOf(config: GatewayConfig['providers'][number], model: string): PricedTarget {
  return {
    providerType: config.type,
    providerName: config.name,
    model,
    ...('preset' in config && config.preset !== undefined ? { preset: config.preset } : {}),
    ...('baseUrl' in config && config.baseUrl !== undefined ? { baseUrl: config.baseUrl } : {}),
  }
}
