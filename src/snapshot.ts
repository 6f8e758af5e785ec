import { cacheNotConfigured } from './cache/index.ts'
import { createCatalog, estimateTokens, withLaneTargets } from './catalog/index.ts'
import type { Catalog, ModelConfig, Ownership, PricedTarget, PriceList } from './catalog/index.ts'
import type { BarrierStore } from './compliance/index.ts'
import { withConversations } from './conversations/index.ts'
import type { Conversations } from './conversations/index.ts'
import type { Answer, Question } from './core/call.ts'
import type { Clock } from './core/clock.ts'
import type { TargetFacts } from './core/facts.ts'
import type { Decision } from './core/decision.ts'
import type { OutcomeRecord } from './core/record.ts'
import { createAuditStage } from './audit/index.ts'
import type { AuditLog } from './audit/index.ts'
import { targetsNamed } from './dry-runs.ts'
import type { DryRuns } from './dry-runs.ts'
import { withFiles } from './files.ts'
import type { GatewayConfig } from './gateway.ts'
import { createIntake } from './http/index.ts'
import type { PlaneSnapshot } from './http/index.ts'
import { limitsNotConfigured } from './limits/index.ts'
import type {
  ComplianceStage,
  IdentityStage,
  Offer,
  SessionRegistry,
  Stages,
} from './pipeline/index.ts'
import { Alarms, echoModel, openProvider, traitsOf } from './providers/index.ts'
import type { ExchangeDependencies, Fetch, Provider } from './providers/index.ts'
import { withLanes } from './lanes.ts'
import { createMaestro } from './maestro.ts'
import type { Detection, Maestro } from './maestro.ts'
import { createAnswerReader, withMigrations } from './migrations.ts'
import { realtimePlane, sessionOpeners } from './realtime.ts'
import { costOfAttempts, createCostOf, createRoutes, pricedTarget, startChecks } from './routes.ts'
import type { ProviderConfigs, RoutedOffer, RouteParts, Routes } from './routes.ts'
import { createShadows } from './routing/index.ts'
import type {
  LaneMemory,
  Overrides,
  ShadowOutcome,
  Shadows,
  TargetRegistry,
} from './routing/index.ts'
import type { ClientFormat } from './formats/index.ts'
import type { EmergencyStops, Holds } from './oversight/index.ts'

/** How long after a snapshot was built its prices are looked up. */
const pricesDelayMs = 100

export interface SnapshotDependencies {
  readonly clock: Clock
  readonly random: () => number
  readonly log: AuditLog
  readonly identity: IdentityStage
  readonly prices: PriceList
  readonly ownership: Ownership
  readonly conversations: Conversations
  /** What barriers know of people; it outlives the snapshot. */
  readonly barriers: BarrierStore
  readonly detection: Detection
  readonly holds: Holds
  /** What is known of targets; it outlives the snapshot. */
  readonly registry: TargetRegistry
  /** The provider that an operator has forced on all calls, if any. */
  readonly overrides: Pick<Overrides, 'current'>
  /** Conversations that went to capable lanes; it outlives the snapshot. */
  readonly laneMemory: LaneMemory
  /** Told what came of every copy of a call. */
  readonly onShadow: (outcome: ShadowOutcome) => void
  /** The realtime sessions that run; it outlives the snapshot. */
  readonly sessions: SessionRegistry
  readonly clientFormats: ReadonlyMap<string, ClientFormat>
  /** Replaces the network for a provider: the simulated one answers in process. */
  readonly fetchFor: (provider: GatewayConfig['providers'][number]) => Fetch | undefined
  /** Emergency stops and the calls that they end; it outlives the snapshot. */
  readonly stops: EmergencyStops
  readonly onClosed: (question: Question, outcome: OutcomeRecord) => void
  /** Told of what compliance decided about requests, and how long it took, in milliseconds. */
  readonly onDecided: (decision: Decision, durationMs: number) => void
}

/** One configuration version at work: immutable, swapped as a whole, disposed when its last call ended. */
export interface Snapshot extends PlaneSnapshot, AsyncDisposable {
  readonly version: string
  readonly providerNames: readonly string[]
  readonly dryRuns: DryRuns
  /** Where calls for a model go; `undefined` where there is no such model. */
  targetsOf(model: string): readonly TargetFacts[] | undefined
}

/** Builds everything a configuration version needs. Nothing of it is shared with another version. */
export function buildSnapshot(
  configured: GatewayConfig,
  version: string,
  dependencies: SnapshotDependencies,
): Snapshot {
  const config = { ...configured, models: withLaneTargets(configured) }
  // First, as it may refuse: then nothing has been opened yet.
  const { maxFrameBytes } = config.server.limits
  const maestro = createMaestro(config, { ...dependencies, maxFrameBytes })
  const configs = new Map(config.providers.map((entry) => [entry.name, entry]))
  const providers = openProviders(config, dependencies)
  const alarms = new Alarms()
  const exchange: ExchangeDependencies = {
    alarms,
    clientFormats: dependencies.clientFormats,
    timeouts: config.routing,
    maxAnswerBytes: config.server.limits.maxAnswerBytes,
    maxFrameBytes,
    now: () => dependencies.clock.now(),
    estimateTokens,
  }
  // Reading the published prices takes some milliseconds: after start-up, before the first call ends.
  const pricing = setTimeout(() => {
    dependencies.prices.prepare(pricedTargets(config, configs))
  }, pricesDelayMs)
  const openers = sessionOpeners(config, providers)
  const { guard } = dependencies.stops
  const parts = { config, configs, providers, exchange, openers, guard, ...dependencies }
  const routes = createRoutes(parts)
  const { catalog, shadows } = offersOf(parts, routes)
  const checks = startChecks(parts)
  const calls = withFiles(
    stagesOf({ config, version, catalog, maestro }, dependencies),
    dependencies.ownership,
  )
  const stages = withConversations(calls, {
    conversations: dependencies.conversations,
    keepers: routes.keepers,
  })
  return {
    version,
    providerNames: [...providers.keys()],
    limits: config.server.limits,
    dryRuns: maestro.dryRuns,
    targetsOf: (model) => targetsNamed(catalog, model),
    listModels: (principal) => catalog.list(principal),
    findModel: (name, principal) => catalog.find(name, principal),
    stages,
    realtime: realtimePlane(stages, config, { ...dependencies, ...maestro }),
    async [Symbol.asyncDispose]() {
      clearTimeout(pricing)
      checks[Symbol.dispose]()
      // Copies outlive their calls: they end before what they are sent with does.
      await shadows[Symbol.asyncDispose]()
      await maestro[Symbol.asyncDispose]()
      for (const provider of providers.values()) await provider[Symbol.asyncDispose]()
      alarms[Symbol.dispose]()
    },
  }
}

function openProviders(
  config: GatewayConfig,
  { fetchFor, clock }: SnapshotDependencies,
): ReadonlyMap<string, Provider> {
  return new Map(
    config.providers.map((entry) => {
      const options = { fetch: fetchFor(entry), clock }
      return [
        entry.name,
        openProvider(entry, (runtime) => traitsOf(entry, runtime), options),
      ] as const
    }),
  )
}

/** The catalogue of a configuration version, and the copies that its models make of calls. */
function offersOf(
  parts: RouteParts & SnapshotDependencies,
  routes: Routes,
): { readonly catalog: Catalog<RoutedOffer>; readonly shadows: Shadows } {
  const { config, configs, providers, clientFormats } = parts
  const read = createAnswerReader(clientFormats)
  const shadows = createShadows({ ...parts, read, onOutcome: parts.onShadow })
  const costOf = createCostOf(parts)
  const common = {
    routes,
    modelNamed: (name: string) => catalog.modelNamed(name),
    clientFormats,
    echoAskedModel: config.catalog.echoAskedModel,
  }
  const lanes = {
    ...common,
    read,
    clock: parts.clock,
    memory: parts.laneMemory,
    priceAt: (...use: Parameters<typeof costOf>) => costOf(...use)?.nanoUsd,
  }
  const offered = (model: ModelConfig, offer: RoutedOffer): RoutedOffer =>
    withMigrations(model, withLanes(model, offer, lanes), { ...common, shadows })
  const catalog: Catalog<RoutedOffer> = createCatalog<RoutedOffer>({
    models: config.models,
    aliases: config.aliases,
    tiers: config.tiers,
    settings: config.catalog,
    providers: [...providers.keys()],
    stores: routes.stores,
    makeOffer: (model, isConfigured) => offered(model, routes.offerOf(model, isConfigured)),
    knownModels: (provider) => knownModels(provider, configs, parts.prices),
  })
  return { catalog, shadows }
}

/** The stages of the pipeline, each by the room it belongs to. */
function stagesOf(
  parts: {
    readonly config: GatewayConfig
    readonly version: string
    readonly catalog: Catalog<RoutedOffer>
    readonly maestro: Maestro
  },
  dependencies: SnapshotDependencies,
): Stages {
  const { config, version, catalog, maestro } = parts
  const { clock, log, identity, ownership, stops, onClosed } = dependencies
  return {
    identity,
    intake: createIntake(config.server.limits),
    audit: createAuditStage({
      log,
      clock,
      configVersion: version,
      costOf: costOfAttempts,
      onClosed,
    }),
    controls: stops.stage,
    catalog: {
      resolve(question) {
        if (question.model === '') {
          return catalog.resolveWithoutModel(question, ownership.check(question))
        }
        const offer = offerFor(question, catalog, dependencies)
        stops.asks(question, offer.name)
        return offer
      },
    },
    limits: limitsNotConfigured,
    compliance: labelling(maestro.stage, dependencies),
    cache: cacheNotConfigured,
    routing: {
      send: (question, offer) => send(question, rerouted(question, offer, catalog), dependencies),
    },
  }
}

/** Finds the offer for the model a question names, at the provider that is forced or asked for if one is. */
function offerFor(
  { call, model: name, principal }: Question,
  catalog: Catalog<RoutedOffer>,
  { overrides }: Pick<SnapshotDependencies, 'overrides'>,
): Offer {
  const forced = overrides.current()
  const provider = call.headers.get('x-smartflow-provider')?.trim().toLowerCase() || undefined
  const { offer, echo, longContext } =
    (forced && catalog.resolveForced({ name, principal }, forced.provider)) ??
    catalog.resolve({ name, principal, provider })
  return echo === undefined && !longContext ? offer : { ...offer, echo, longContext }
}

/** Finds the offer of the model that policy lets answer instead; the answer is called as it was asked for. */
function rerouted(
  { routeTo, principal, model }: Question,
  offer: Offer,
  catalog: Catalog<RoutedOffer>,
): Offer {
  if (routeTo === undefined) return offer
  const anybody = { ...principal, models: ['*'] }
  const found = catalog.resolve({ name: routeTo, principal: anybody, provider: undefined })
  return { ...found.offer, echo: offer.echo ?? model }
}

/** Counts decisions, and lets their labels travel with the question: routes may depend on them. */
function labelling(
  compliance: ComplianceStage,
  { clock, onDecided }: Pick<SnapshotDependencies, 'clock' | 'onDecided'>,
): ComplianceStage {
  return {
    ...compliance,
    async inspectRequest(question, offer) {
      const startedAt = clock.monotonic()
      const decision = await compliance.inspectRequest(question, offer)
      if (decision.facts !== undefined) onDecided(decision, clock.monotonic() - startedAt)
      return decision
    },
    redact(question, decision) {
      const redacted = compliance.redact(question, decision)
      const { labels } = decision
      return labels.length === 0 ? redacted : { ...redacted, labels }
    },
  }
}

async function send(
  question: Question,
  offer: Offer,
  { ownership, clientFormats }: SnapshotDependencies,
): Promise<Answer> {
  const asked = offer.longContext === true ? { ...question, longContext: true } : question
  const sent = await routeOf(offer).send(asked)
  const format = clientFormats.get(question.call.clientFormat)
  const isEchoed = offer.echo !== undefined && format !== undefined
  const answer = isEchoed ? echoModel(sent, format, offer.echo) : sent
  return question.model === '' ? ownership.learn(question, answer) : answer
}

/** The pipeline knows offers only as such; all of them come from `createRoutes`. */
function routeOf(offer: Offer): RoutedOffer['route'] {
  if (isRouted(offer)) return offer.route
  throw new Error(`The offer '${offer.name}' has no route.`)
}

function isRouted(offer: Offer): offer is RoutedOffer {
  return 'route' in offer
}

/** Names of the models that a provider's published prices tell of. */
function knownModels(name: string, configs: ProviderConfigs, prices: PriceList): readonly string[] {
  const config = configs.get(name)
  return config === undefined ? [] : prices.modelsOf(pricedTarget(config, ''))
}

function pricedTargets({ models }: GatewayConfig, configs: ProviderConfigs): PricedTarget[] {
  return models.flatMap(({ targets }) =>
    targets.flatMap(({ provider, model }) => {
      const config = configs.get(provider)
      return config === undefined ? [] : [pricedTarget(config, model)]
    }),
  )
}
