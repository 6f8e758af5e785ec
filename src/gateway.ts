import { join } from 'node:path'
import type { AdminDependencies, StatusView } from './admin/index.ts'
import { administrationOf, inForceOf, openRoutingRoom, withSetChains } from './administration.ts'
import { openAuditLog } from './audit/index.ts'
import type { AuditConfig, AuditHealth } from './audit/index.ts'
import { authenticateBy, openKeys } from './callers.ts'
import { openDetection } from './maestro.ts'
import { createPriceList, openOwnership, readPriceFile } from './catalog/index.ts'
import type {
  AliasesConfig,
  CatalogConfig,
  ModelConfig,
  PricesConfig,
  TierConfig,
} from './catalog/index.ts'
import type { BarriersConfig, ComplianceConfig, PoliciesConfig } from './compliance/index.ts'
import { openBarrierStore, policyVocabularyOf, policyWarnings } from './compliance/index.ts'
import { createSnapshotHolder } from './config/index.ts'
import type { SnapshotHolder } from './config/index.ts'
import { openConversations } from './conversations/index.ts'
import type { ConversationsConfig } from './conversations/index.ts'
import type { Clock } from './core/clock.ts'
import type { GatewayError } from './core/errors.ts'
import {
  anthropicMessages,
  bedrockConverse,
  bedrockInvoke,
  cohereChat,
  gemini,
  geminiArray,
  ollamaChat,
  openAiChat,
  openAiCompletions,
  openAiResponses,
} from './formats/index.ts'
import type { ClientFormat } from './formats/index.ts'
import { createDataPlane } from './http/index.ts'
import type { DataPlaneDependencies, Peer, ServerConfig } from './http/index.ts'
import type { KeyConfig } from './identity/index.ts'
import type { Holds, OversightConfig } from './oversight/index.ts'
import { openControls } from './controls.ts'
import { createSessionRegistry } from './pipeline/index.ts'
import type { SessionRegistry } from './pipeline/index.ts'
import type { Fetch, ProviderConfig } from './providers/index.ts'
import { createSimulatedProvider } from './providers/simulated/index.ts'
import { openRefusals } from './refusals.ts'
import { createTargetRegistry } from './routing/index.ts'
import type { FallbackChain, RoutingConfig, TargetStatus } from './routing/index.ts'
import { buildSnapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import type { DataConfig } from './storage/index.ts'
import { createGatewayMetrics, createMetricsRegistry } from './telemetry/index.ts'
import type { Logger, MetricsRegistry, TelemetryConfig } from './telemetry/index.ts'
import { version as productVersion } from './version.ts'

/** The whole configuration: one section for each room that has any. */
export interface GatewayConfig {
  readonly server: ServerConfig
  readonly data: DataConfig
  readonly providers: readonly ProviderConfig[]
  readonly models: readonly ModelConfig[]
  readonly aliases: AliasesConfig
  readonly tiers: readonly TierConfig[]
  readonly catalog: CatalogConfig
  readonly prices: PricesConfig
  readonly routing: RoutingConfig
  readonly conversations: ConversationsConfig
  readonly compliance: ComplianceConfig
  readonly policies: PoliciesConfig
  readonly barriers: BarriersConfig
  readonly keys: readonly KeyConfig[]
  readonly audit: AuditConfig
  readonly oversight: OversightConfig
  readonly telemetry: TelemetryConfig
}

export interface GatewayOptions {
  readonly config: GatewayConfig
  readonly configVersion: string
  readonly clock: Clock
  readonly logger: Logger
  /** Whether the listener has as many connections as it may. */
  readonly isFull: () => boolean
}

/** A running gateway without its listeners. */
export interface Gateway extends AsyncDisposable {
  handle(request: Request, peer: Peer): Response | Promise<Response>
  /** Builds a snapshot of a new configuration and swaps it in; the running one stays when that fails. */
  apply(config: GatewayConfig, configVersion: string): void
  /** Counts a changed configuration that was not put in force. */
  countRejectedConfig(): void
  /** From now on new calls are refused; running ones go on. */
  startDraining(): void
  /** Ends every realtime session; resolves with how many there were when they have ended. */
  endSessions(): Promise<number>
  status(): StatusView
  /** How every target is that calls were or may be sent to. */
  routingStatus(): readonly TargetStatus[]
  /** The actions that wait for the approval of people. */
  readonly holds: Holds
  /** What the admin API works with. */
  readonly admin: AdminDependencies
  readonly metrics: MetricsRegistry
}

const clientFormats: readonly ClientFormat[] = [
  openAiChat,
  openAiCompletions,
  openAiResponses,
  anthropicMessages,
  bedrockConverse,
  bedrockInvoke,
  gemini,
  geminiArray,
  cohereChat,
  ollamaChat,
]

/** Builds every room and joins them: the only place that knows them all. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { clock, logger } = options
  const startedAt = clock.now()
  const rooms = await openRooms(options)
  const { log, metrics, gatewayMetrics } = rooms
  let { config, configVersion } = options
  const build = createSnapshotBuilder(rooms, { clock, logger })
  const holder = createSnapshotHolder(build(config, configVersion))
  let isDraining = false
  const isReady = (): boolean => !isDraining && log.health().state === 'ok'
  await log.append({ type: 'lifecycle', event: 'start', version: productVersion })

  const status = (): StatusView => ({
    ...versionsOf(holder),
    ...countsOf(rooms),
    startedAt,
    isReady: isReady(),
    isDraining,
    models: config.models.map(({ name }) => name),
  })
  const admin = administrationOf({
    ...rooms,
    clock,
    logger,
    status,
    config: () => config,
    ...inForceOf(holder),
    clientFormats: [...formatsByName.keys()],
    applyChains: (chains, keep) => swapKept(holder, build(config, configVersion, chains), keep),
  })
  return {
    metrics,
    admin,
    handle: planeOf(options, rooms, {
      acquire: () => holder.acquire(),
      isDraining: () => isDraining,
      isReady,
      configVersion: () => configVersion,
    }),
    apply(next, nextVersion) {
      const snapshot = build(next, nextVersion)
      config = next
      configVersion = nextVersion
      configureRooms(rooms, next)
      // The old one is disposed of when its last call ends; nobody waits for that.
      void holder.swap(snapshot)
      gatewayMetrics.recordReload('applied')
    },
    countRejectedConfig: () => gatewayMetrics.recordReload('rejected'),
    startDraining() {
      isDraining = true
    },
    endSessions: () => rooms.sessions.stop(),
    status,
    routingStatus: () => rooms.registry.status(),
    holds: rooms.holds,
    async [Symbol.asyncDispose]() {
      await holder[Symbol.asyncDispose]()
      await rooms[Symbol.asyncDispose]()
    },
  }
}

/** Tells rooms that last what a new configuration says. */
function configureRooms({ keys, conversations, oversight }: Rooms, next: GatewayConfig): void {
  keys.configure(next.keys)
  conversations.configure(next.conversations)
  oversight.configure(next)
}

/** Makes the data plane, and joins what it tells of with the rooms that keep it. */
function planeOf(
  { isFull, clock, logger }: GatewayOptions,
  { inFlight, refusals }: Rooms,
  state: Pick<DataPlaneDependencies, 'acquire' | 'isDraining' | 'isReady'> & {
    readonly configVersion: () => string
  },
): Gateway['handle'] {
  return createDataPlane({
    ...state,
    isFull,
    clock,
    inFlight,
    clientFormats: formatsByName,
    onError: (error, request) => logError(logger, error, request),
    onRefused(error, request) {
      refusals.record(error, { ...request, configVersion: state.configVersion() })
    },
  })
}

type Rooms = Awaited<ReturnType<typeof openRooms>>

/** Joins the rooms that last with those of one configuration version. */
function createSnapshotBuilder(
  rooms: Rooms,
  { clock, logger }: Pick<GatewayOptions, 'clock' | 'logger'>,
): (config: GatewayConfig, version: string, chains?: readonly FallbackChain[]) => Snapshot {
  const { keys, routing, gatewayMetrics } = rooms
  const fetchFor = createSimulations()
  const authenticate = authenticateBy(keys, clock)
  return (configured, configVersion, chains = routing.store.chains()) => {
    warnOfPolicies(configured, logger)
    const { config, version } = withSetChains(configured, configVersion, chains)
    return buildSnapshot(config, version, {
      ...rooms,
      clock,
      random: Math.random,
      identity: { authenticate: ({ headers }) => authenticate(headers) },
      prices: createPriceList({ overrides: pricesOf(config) }),
      overrides: routing.overrides,
      laneMemory: routing.laneMemory,
      onShadow: (outcome) => routing.recordShadow(outcome),
      clientFormats: formatsByName,
      fetchFor,
      onDecided({ verdict, facts }, durationMs) {
        const observations = facts?.observations ?? []
        gatewayMetrics.recordDecision({ verdict, observations }, durationMs / 1000)
      },
      onClosed(question, outcome) {
        gatewayMetrics.recordCall(question, outcome)
        routing.recordCall(outcome)
      },
    })
  }
}

/** Puts a snapshot in force once what made it is kept; the running one stays when that fails. */
function swapKept(holder: SnapshotHolder<Snapshot>, snapshot: Snapshot, keep: () => void): void {
  try {
    keep()
  } catch (error) {
    void snapshot[Symbol.asyncDispose]()
    throw error
  }
  void holder.swap(snapshot)
}

function versionsOf(
  holder: SnapshotHolder<Snapshot>,
): Pick<StatusView, 'version' | 'configVersion' | 'providers'> {
  using lease = holder.acquire()
  const { version: configVersion, providerNames: providers } = lease.value
  return { version: productVersion, configVersion, providers }
}

function countsOf({ inFlight, keys, log }: Rooms): Pick<StatusView, 'inFlight' | 'keys' | 'audit'> {
  const audit = auditStatus(log.health())
  return { inFlight: inFlight.count, keys: keys.directory().size, audit }
}

function auditStatus({ state, reason, lastSequence }: AuditHealth): StatusView['audit'] {
  return { state, ...(reason === undefined ? {} : { reason }), lastSequence }
}

/** Opens the rooms that outlive every configuration version. */
async function openRooms({ config, clock, logger }: GatewayOptions) {
  const dataDir = config.data.dir
  const metrics = createMetricsRegistry()
  const inFlight = { count: 0 }
  const log = await openAuditLog({
    directory: config.audit.directory ?? join(dataDir, 'audit'),
    clock,
    segmentBytes: config.audit.segmentBytes,
    maxCommitDelayMs: config.audit.maxCommitDelayMs,
    onFault: ({ type, message }) => logger.error('audit log', { fault: type, detail: message }),
  })
  const keys = openKeys(config.keys, { dataDir, clock, logger })
  const refusals = openRefusals({ log, metrics, clock, keys, limits: config.audit.refusals })
  const ownership = openOwnership({ dataDir, clock })
  const conversations = openConversations({
    dataDir,
    clock,
    config: config.conversations,
    onError: (error) => logger.error('cannot write the owners of responses', { error }),
  })
  const { breaker } = config.routing
  const registry = createTargetRegistry({ clock, random: Math.random, breaker })
  const routing = openRoutingRoom({ dataDir, clock, log, metrics })
  const barriers = openBarrierStore({ dataDir, clock })
  const sessions = openSessions(metrics)
  const oversight = openControls({ config, clock, log, logger, metrics, formats: formatsByName })
  return {
    log,
    metrics,
    inFlight,
    keys,
    refusals,
    ownership,
    conversations,
    registry,
    routing,
    barriers,
    detection: openDetection(dataDir),
    sessions,
    oversight,
    stops: oversight.stops,
    holds: oversight.holds,
    gatewayMetrics: createGatewayMetrics(metrics, { inFlight: () => inFlight.count, audit: log }),
    async [Symbol.asyncDispose]() {
      refusals[Symbol.dispose]()
      await keys[Symbol.asyncDispose]()
      await ownership[Symbol.asyncDispose]()
      await conversations[Symbol.asyncDispose]()
      await routing[Symbol.asyncDispose]()
      await barriers[Symbol.asyncDispose]()
      await oversight[Symbol.asyncDispose]()
      log.appendOutcome({ type: 'lifecycle', event: 'stop', version: productVersion })
      await log[Symbol.asyncDispose]()
    },
  }
}

function openSessions(metrics: MetricsRegistry): SessionRegistry {
  const sessions = createSessionRegistry()
  metrics.collect(
    'gauge',
    { name: 'smartflow_realtime_sessions', help: 'Realtime sessions that are open right now.' },
    () => sessions.count,
  )
  return sessions
}

const formatsByName: ReadonlyMap<string, ClientFormat> = new Map(
  clientFormats.map((format) => [format.name, format]),
)

/** The administrator's prices: those of the configuration before those of its price file. */
function pricesOf({ prices }: GatewayConfig): PricesConfig['entries'] {
  return prices.file === undefined
    ? prices.entries
    : [...prices.entries, ...readPriceFile(prices.file)]
}

/** Returns the in-process transport of simulated providers; others use the network. */
function createSimulations(): (provider: ProviderConfig) => Fetch | undefined {
  return (provider) => {
    if (provider.type !== 'simulated') return undefined
    const simulated = createSimulatedProvider(
      provider.behaviour === undefined ? {} : { behaviour: provider.behaviour },
    )
    return (url, init) => simulated.fetch(new Request(url, init))
  }
}

/** Says which rules of ready packs stay silent, because nothing makes what they ask for. */
function warnOfPolicies(config: GatewayConfig, logger: Logger): void {
  if (config.policies.length === 0) return
  for (const detail of policyWarnings(config.policies, policyVocabularyOf(config))) {
    logger.warn('policies', { detail })
  }
}

/** Client mistakes are the client's; what the operator can mend is logged, without content. */
function logError(
  logger: Logger,
  error: GatewayError,
  request: { readonly requestId: string; readonly path: string },
): void {
  if (error.source === 'client') return
  const fields = { code: error.code, requestId: request.requestId, path: request.path }
  if (error.code === 'internal_error')
    logger.error('call failed', { ...fields, error: error.cause })
  else logger.warn('call failed', { ...fields, cause: causeText(error.cause) })
}

function causeText(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message.slice(0, 300) : undefined
}
