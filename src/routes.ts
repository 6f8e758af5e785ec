import { estimateTokens } from './catalog/index.ts'
import type { ModelConfig, PricedTarget, PriceList } from './catalog/index.ts'
import type { Answer } from './core/call.ts'
import type { Clock } from './core/clock.ts'
import type { Operation } from './core/record.ts'
import type { Target } from './core/target.ts'
import type { Cost, TokenUsage } from './core/usage.ts'
import type { GatewayConfig } from './gateway.ts'
import type { Offer } from './pipeline/index.ts'
import { createTarget, isProviderHealthy, withSessions } from './providers/index.ts'
import type { ExchangeDependencies, OpenSession, Provider } from './providers/index.ts'
import { createRouter, startHealthChecks, wait } from './routing/index.ts'
import type { HealthCheck, Route, RouteOptions, Router, TargetRegistry } from './routing/index.ts'

/** An offer of the catalogue with the way its calls take. */
export interface RoutedOffer extends Offer {
  readonly route: Route
}

export type ProviderConfigs = ReadonlyMap<string, GatewayConfig['providers'][number]>

/** What the routes of a configuration version are made with. */
export interface RouteParts {
  readonly config: GatewayConfig
  readonly configs: ProviderConfigs
  readonly providers: ReadonlyMap<string, Provider>
  readonly exchange: ExchangeDependencies
  /** What opens realtime sessions, by provider. */
  readonly openers: ReadonlyMap<string, OpenSession>
  readonly registry: TargetRegistry
  readonly prices: PriceList
  readonly clock: Clock
  readonly random: () => number
  /** Makes a target that is not asked while its model is stopped. */
  readonly guard: (target: Target, model: string) => Target
}

/** The offers of a configuration version. */
export interface Routes {
  /**
   * Makes the offer of a model.
   * @param isFallback whether other models can fall back to it by its name
   * @param outer what holds besides, where it stands in for another model
   */
  readonly offerOf: (
    model: ModelConfig,
    isFallback: boolean,
    outer?: RouteOptions['outer'],
  ) => RoutedOffer
  /** Providers that keep files and batches, as offers without a model. */
  readonly stores: ReadonlyMap<string, RoutedOffer>
  /** Providers that keep responses, as offers for calls about those. */
  readonly keepers: ReadonlyMap<string, RoutedOffer>
}

/** Joins models, providers and routing. */
export function createRoutes(parts: RouteParts): Routes {
  parts.registry.configure(parts.config.routing.breaker)
  const router = routerOf(parts)
  return {
    offerOf: (model, isFallback, outer) =>
      offered(router.createRoute({ ...routeOptions(model, parts), isFallback, outer })),
    stores: storesOf(parts, keepsFiles),
    keepers: storesOf(parts, ({ keepsResponses }) => keepsResponses === true),
  }
}

/** Starts the health checks that providers are configured with; what others left behind is forgotten. */
export function startChecks({ config, providers, registry, clock }: RouteParts): Disposable {
  const checks: HealthCheck[] = []
  for (const { name, healthCheck } of config.providers) {
    const provider = providers.get(name)
    if (healthCheck === undefined || provider === undefined) {
      for (const state of registry.statesAt(name)) state.unchecked()
      continue
    }
    const { url, intervalMs, timeoutMs, failures } = healthCheck
    checks.push({
      intervalMs,
      timeoutMs,
      failures,
      states: () => registry.statesAt(name),
      isHealthy: (signal) => isProviderHealthy(provider, url, signal),
    })
  }
  return startHealthChecks(checks, clock)
}

/** Returns what all attempts of an answer cost together; `undefined` when none has a price. */
export function costOfAttempts({ report }: Pick<Answer, 'report'>): Cost | undefined {
  let total: Cost | undefined
  for (const { cost } of report.attempts) {
    if (cost === undefined) continue
    total = total === undefined ? cost : { ...cost, nanoUsd: total.nanoUsd + cost.nanoUsd }
  }
  return total
}

/** Makes what prices usage at a target, at the present time. */
export function createCostOf({
  clock,
  prices,
  configs,
}: RouteParts): (
  target: Pick<Target, 'provider' | 'model'>,
  usage: TokenUsage,
) => Cost | undefined {
  return ({ provider: name, model }, usage) => {
    const provider = configs.get(name)
    if (provider === undefined) return undefined
    return prices.priceOf({ ...pricedTarget(provider, model), usage, at: clock.now() })
  }
}

/** What decides the price of a model at a provider. */
export function pricedTarget(
  config: GatewayConfig['providers'][number],
  model: string,
): PricedTarget {
  return {
    providerType: config.type,
    providerName: config.name,
    model,
    ...('preset' in config && config.preset !== undefined ? { preset: config.preset } : {}),
    ...('baseUrl' in config && config.baseUrl !== undefined ? { baseUrl: config.baseUrl } : {}),
  }
}

function routerOf(parts: RouteParts): Router {
  const { clock, random, registry, config } = parts
  const costOf = createCostOf(parts)
  return createRouter({
    clock,
    random,
    registry,
    wait,
    estimateTokens,
    costOf,
    priceOf: (target, usage) => costOf(target, usage)?.nanoUsd,
    residency: config.routing.residency,
  })
}

function offered(route: Route): RoutedOffer {
  return { name: route.name, order: route.order, route }
}

function routeOptions(
  model: ModelConfig,
  { config, providers, exchange, openers, guard }: RouteParts,
): RouteOptions {
  const { routing } = config
  const timeouts = { ...routing, ...present(model.timeouts ?? {}) }
  const targets = model.targets.map((target) => {
    const provider = providers.get(target.provider)
    if (provider === undefined) {
      throw new Error(
        `The model '${model.name}' names the provider '${target.provider}', which is not configured.`,
      )
    }
    const { model: name, weight, region, perimeter } = target
    const asked = withSessions(
      createTarget(provider, { name, weight, region, perimeter }, { ...exchange, timeouts }),
      openers.get(target.provider),
    )
    return {
      target: guard(asked, model.name),
      name: target.name,
      limits: limitsOf(target),
    }
  })
  return {
    name: model.name,
    strategy: model.strategy,
    targets,
    require: model.require,
    rules: model.rules,
    retries: { ...routing.retries, ...present(model.retries ?? {}) },
    fallbacks: model.fallbacks,
    hedge: model.hedge,
    continues: model.continueStreams,
    maxAttempts: routing.maxAttempts,
    totalTimeoutMs: timeouts.totalTimeoutMs,
  }
}

function limitsOf(
  target: ModelConfig['targets'][number],
): RouteOptions['targets'][number]['limits'] {
  const { maxConcurrency, maxQueue = 100, maxQueueWaitMs = 10_000 } = target
  return maxConcurrency === undefined ? undefined : { maxConcurrency, maxQueue, maxQueueWaitMs }
}

function keepsFiles(provider: Provider): boolean {
  const operation: Operation = 'files'
  return provider.url({ operation, model: '', path: '/files' }) !== undefined
}

/** Offers of what single providers keep, for calls that name no model. */
function storesOf(
  parts: RouteParts,
  isStore: (provider: Provider) => boolean,
): Map<string, RoutedOffer> {
  // Of their own, so that no model can fall back to a store of the same name.
  const router = routerOf(parts)
  const stores = new Map<string, RoutedOffer>()
  const { routing } = parts.config
  for (const [name, provider] of parts.providers) {
    if (!isStore(provider)) continue
    const target = createTarget(provider, { name: '', weight: 1 }, parts.exchange)
    const route = router.createRoute({
      name,
      strategy: 'priority',
      targets: [{ target }],
      // What is kept twice is not what was asked for: nothing here is tried again.
      retries: { ...routing.retries, maxRetries: 0 },
      maxAttempts: 1,
      totalTimeoutMs: routing.totalTimeoutMs,
    })
    stores.set(name, offered(route))
  }
  return stores
}

/** Leaves out what is not set, so that it does not hide what is. */
function present<T extends object>(settings: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined)
  // Only undefined members were left out, which is what the type says.
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> }
}
