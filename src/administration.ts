import type {
  AdminDependencies,
  BarriersAdministration,
  ComplianceAdministration,
  ReportedChange,
  RoutingAdministration,
  StatusView,
  StopAdministration,
} from './admin/index.ts'
import type { AuditLog } from './audit/index.ts'
import type { Keys } from './callers.ts'
import { askBarriers, createBarriers } from './compliance/index.ts'
import type { BarrierStore } from './compliance/index.ts'
import type { SnapshotHolder } from './config/index.ts'
import type { Clock } from './core/clock.ts'
import { newRequestId } from './core/ids.ts'
import type { LaneRecord, OutcomeRecord, ShadowRecord } from './core/record.ts'
import type { GatewayConfig } from './gateway.ts'
import type { EmergencyStops, Holds } from './oversight/index.ts'
import { costOfAttempts } from './routes.ts'
import {
  balanceOf,
  createLaneLog,
  createLaneMemory,
  createOverrides,
  createPerformanceLog,
  createShadowLog,
  openRoutingStore,
  withChains,
} from './routing/index.ts'
import type { FallbackChain, ShadowOutcome, TargetRegistry } from './routing/index.ts'
import type { Snapshot } from './snapshot.ts'
import type { Logger, MetricsRegistry } from './telemetry/index.ts'

/** What is known and was set about routing while the gateway runs; it outlives configuration versions. */
export type RoutingRoom = ReturnType<typeof openRoutingRoom>

/** Opens what administrators set about routing, and begins to keep count of how providers do. */
export function openRoutingRoom({
  dataDir,
  clock,
  log,
  metrics,
}: {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Pick<AuditLog, 'appendOutcome'>
  readonly metrics: MetricsRegistry
}) {
  const store = openRoutingStore({ dataDir })
  const performance = createPerformanceLog(clock)
  const shadowLog = createShadowLog()
  const countShadow = declareShadowMetrics(metrics)
  const laneLog = createLaneLog()
  const countLane = declareLaneMetrics(metrics)
  return {
    store,
    overrides: createOverrides(store.overrides, clock),
    performance,
    shadowLog,
    laneLog,
    laneMemory: createLaneMemory(clock),
    recordCall({ attempts, lane }: OutcomeRecord): void {
      performance.record(attempts)
      if (lane === undefined) return
      laneLog.record(lane)
      countLane(lane)
    },
    recordShadow(outcome: ShadowOutcome): void {
      const record = shadowRecord(outcome)
      const costNanoUsd = record.cost?.nanoUsd ?? 0
      shadowLog.record({ ...outcome, costNanoUsd })
      countShadow(outcome.result, costNanoUsd)
      if (outcome.result !== 'skipped') log.appendOutcome(record)
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

function shadowRecord(outcome: ShadowOutcome): ShadowRecord {
  const { route, result, question, answer, errorCode, comparison, durationMs } = outcome
  return {
    type: 'shadow',
    requestId: question.call.requestId,
    route,
    result,
    provider: answer?.provider,
    model: answer?.model,
    status: answer?.status,
    errorCode,
    attempts: answer?.report.attempts ?? [],
    usage: answer?.report.usage,
    cost: answer === undefined ? undefined : costOfAttempts(answer),
    comparison: comparison === undefined ? undefined : { ...comparison },
    durationMs,
  }
}

function declareShadowMetrics(
  registry: MetricsRegistry,
): (result: string, costNanoUsd: number) => void {
  const copies = registry.counter({
    name: 'smartflow_shadow_copies_total',
    help: 'Copies of calls that were sent to a second target, by what came of them.',
    labels: ['result'],
  })
  const cost = registry.counter({
    name: 'smartflow_shadow_cost_nanousd_total',
    help: 'Cost of copies of calls in nano-dollars; copies without a known price are not in it.',
  })
  return (result, costNanoUsd) => {
    copies.with({ result }).add(1)
    if (costNanoUsd > 0) cost.with({}).add(costNanoUsd)
  }
}

function declareLaneMetrics(registry: MetricsRegistry): (lane: LaneRecord) => void {
  const calls = registry.counter({
    name: 'smartflow_routing_lane_calls_total',
    help: 'Answered calls of models with lanes, by the lane whose answer was shown.',
    labels: ['lane'],
  })
  const escalations = registry.counter({
    name: 'smartflow_routing_lane_escalations_total',
    help: 'Calls for which the capable lane was asked after the efficient one, by cause.',
    labels: ['cause'],
  })
  const saved = registry.counter({
    name: 'smartflow_routing_savings_nanousd_total',
    help: 'Saved by efficient lanes in nano-dollars, from tokens that were really billed. Losses are counted apart.',
  })
  const lost = registry.counter({
    name: 'smartflow_routing_losses_nanousd_total',
    help: 'Paid in vain for efficient lanes in nano-dollars: calls that cost more than in the capable lane.',
  })
  const unknown = registry.counter({
    name: 'smartflow_routing_savings_unknown_total',
    help: 'Calls of efficient lanes whose savings are not known: a price is missing, or a count of tokens.',
  })
  return (lane) => {
    const { savedNanoUsd, lostNanoUsd, isUnknown } = balanceOf(lane)
    calls.with({ lane: lane.lane }).add(1)
    if (lane.escalation !== undefined) escalations.with({ cause: lane.escalation }).add(1)
    saved.with({}).add(savedNanoUsd)
    lost.with({}).add(lostNanoUsd)
    if (isUnknown) unknown.with({}).add(1)
  }
}

/** Returns a configuration with the fallback chains that administrators have set, and the version this makes. */
export function withSetChains(
  config: GatewayConfig,
  version: string,
  chains: readonly FallbackChain[],
): { readonly config: GatewayConfig; readonly version: string } {
  const models = withChains(config.models, chains)
  if (models === config.models) return { config, version }
  const facts = JSON.stringify(models.map(({ name, fallbacks }) => [name, fallbacks]))
  const hash = new Bun.CryptoHasher('sha256').update(facts).digest('hex')
  return { config: { ...config, models }, version: `${version}+${hash.slice(0, 8)}` }
}

/** What the admin API uses of the configuration in force. */
type InForce = Pick<Snapshot, 'dryRuns' | 'targetsOf'>

/** What the admin API needs of a gateway. */
export interface AdministeredGateway {
  readonly clock: Clock
  readonly log: Pick<AuditLog, 'append'>
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly status: () => StatusView
  readonly config: () => GatewayConfig
  readonly registry: TargetRegistry
  readonly routing: RoutingRoom
  readonly stops: EmergencyStops
  readonly holds: Holds
  readonly barriers: BarrierStore
  readonly keys: Pick<Keys, 'list'>
  /** Uses the configuration in force, which stays until that has ended. */
  readonly inSnapshot: <T>(use: (snapshot: InForce) => Promise<T>) => Promise<T>
  /** The configuration in force, for looking at it. */
  readonly current: () => InForce
  readonly clientFormats: readonly string[]
  /** Puts fallback chains in force; throws when that cannot be done, and nothing has changed then. */
  readonly applyChains: (chains: readonly FallbackChain[], keep: () => void) => void
}

/** Lets the admin API look at the configuration in force, and use it. */
export function inForceOf(
  holder: SnapshotHolder<Snapshot>,
): Pick<AdministeredGateway, 'current' | 'inSnapshot'> {
  return {
    current: () => holder.current,
    async inSnapshot(use) {
      using lease = holder.acquire()
      return await use(lease.value)
    },
  }
}

/** Returns what the admin API works with. */
export function administrationOf(gateway: AdministeredGateway): AdminDependencies {
  const { clock, log, logger, metrics, status, config } = gateway
  return {
    status,
    metrics: () => metrics.render(),
    now: () => clock.now(),
    hosts: () => namesOf(config().server.admin),
    keys: () => config().server.admin.keys,
    routing: routingAdministration(gateway),
    stops: stopAdministration(gateway),
    holds: gateway.holds,
    barriers: barriersAdministration(gateway),
    compliance: complianceAdministration(gateway),
    record: (record) => log.append(record),
    onChange: (change) => logChange(logger, change),
    newRequestId,
  }
}

function barriersAdministration({
  barriers: { history, crossings },
  keys,
  config,
  clock,
}: AdministeredGateway): BarriersAdministration {
  // Compiled for each question: administrators ask seldom, and always about what is in force.
  const compiled = () => createBarriers(config().barriers, { history, crossings, clock })
  return {
    history,
    crossings,
    config: () => config().barriers,
    version: () => compiled().version,
    ask: (question) => askBarriers(question, keys.list(), compiled().explain),
    now: () => clock.now(),
    newId: () => `crossing_${Bun.randomUUIDv7('buffer').toHex()}`,
  }
}

function complianceAdministration({
  current,
  inSnapshot,
  clientFormats,
  keys,
  config,
}: AdministeredGateway): ComplianceAdministration {
  return {
    current,
    use: inSnapshot,
    keys: () => keys.list(),
    formats: clientFormats,
    maxBodyBytes: () => config().server.limits.maxBodyBytes,
    newScanId: () => `scan_${Bun.randomUUIDv7('buffer').toHex()}`,
  }
}

function stopAdministration({ config, stops }: AdministeredGateway): StopAdministration {
  return {
    list: stops.list,
    propose: stops.propose,
    apply: stops.apply,
    runningCalls: stops.runningCalls,
    models: () => [
      ...config().models.flatMap(({ name, targets }) => [
        name,
        ...targets.map(({ model }) => model),
      ]),
      ...Object.keys(config().aliases),
    ],
    twoPersonRelease: () => config().oversight.emergencyStop.twoPersonRelease,
  }
}

/** The names of the admin listener: that which it listens at, and the configured ones. */
function namesOf({ listen, hosts }: GatewayConfig['server']['admin']): readonly string[] {
  return [listen.slice(0, listen.lastIndexOf(':')), ...hosts]
}

function routingAdministration({
  config,
  registry,
  routing,
  applyChains,
}: AdministeredGateway): RoutingAdministration {
  const { store, overrides, performance, shadowLog, laneLog } = routing
  const providers = (): readonly string[] => config().providers.map(({ name }) => name)
  return {
    providers,
    models: () => config().models.map(({ name }) => name),
    targets: () => registry.status(),
    performance: () => performance.snapshot(providers()),
    shadows: () => shadowLog.summaries(),
    lanes: () => laneLog.summaries(),
    override: () => overrides.current(),
    setOverride: (override) => overrides.set(override),
    clearOverride: () => void overrides.clear(),
    chains: () => store.chains(),
    putChain(chain) {
      const others = store.chains().filter(({ name }) => name !== chain.name)
      applyChains([...others, chain], () => store.putChain(chain))
    },
    removeChain(name) {
      const others = store.chains().filter((chain) => chain.name !== name)
      applyChains(others, () => store.removeChain(name))
    },
  }
}

/** Every attempt to change something is in the log, whoever made it. */
function logChange(logger: Logger, { error, ...change }: ReportedChange): void {
  if (error === undefined) logger.info('administration', change)
  else logger.warn('administration refused', { ...change, error: causeOf(error) })
}

/** What an operator needs to know: why the change failed, or else why it was refused. */
function causeOf(error: unknown): unknown {
  const { cause } = error instanceof Error ? error : { cause: undefined }
  if (cause !== undefined) return cause
  return error instanceof Error ? error.message : error
}
