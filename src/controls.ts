import type { Question } from './core/call.ts'
import type { Clock } from './core/clock.ts'
import type { Operation } from './core/record.ts'
import { openOversight } from './oversight/index.ts'
import type { EmergencyStops, OversightConfig, StopMode } from './oversight/index.ts'
import type { Logger, MetricsRegistry } from './telemetry/index.ts'

/** What people decide about while calls run, joined with what knows what calls do. */
export interface Controls extends AsyncDisposable {
  readonly stops: EmergencyStops
  /** Puts other settings in force. */
  configure(next: OversightConfig): void
}

/** Opens emergency stops of a data folder. */
export function openControls({
  config,
  dataDir,
  clock,
  logger,
  metrics,
}: {
  readonly config: OversightConfig
  readonly dataDir: string
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: MetricsRegistry
}): Controls {
  let settings = config
  const ended = metrics.counter({
    name: 'smartflow_emergency_stopped_calls_total',
    help: 'Running calls that an emergency stop ended.',
  })
  const oversight = openOversight({
    dataDir,
    clock,
    settings: () => settings.emergencyStop,
    writes: whatWrites,
    onStopped(count: number, mode: StopMode) {
      ended.with({}).add(count)
      logger.warn('emergency stop in force', { mode, endedCalls: count })
    },
    onNotKept: (error) =>
      logger.error('the emergency stop is in force and will be lost by a restart', { error }),
  })
  metrics.collect(
    'gauge',
    { name: 'smartflow_emergency_stops', help: 'Emergency stops in force.' },
    () => oversight.stops.list().length,
  )
  return {
    stops: oversight.stops,
    configure(next) {
      settings = next
    },
    [Symbol.asyncDispose]: () => oversight[Symbol.asyncDispose](),
  }
}

/** Endpoints that keep or change something at a provider. */
const storingOperations: ReadonlySet<Operation> = new Set(['files', 'batches', 'responses'])

/** Says what of a call may write, in words for its caller; `undefined` for one that only reads. */
function whatWrites({ call }: Question): string | undefined {
  // What it offers as tools, and calls, changes while it runs.
  if (call.operation === 'realtime') return 'realtime sessions may do more'
  if (storingOperations.has(call.operation) && call.method !== 'GET') {
    return `${call.method} at this endpoint writes`
  }
  return undefined
}
