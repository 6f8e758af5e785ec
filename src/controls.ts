import type { Question } from './core/call.ts'
import type { Clock } from './core/clock.ts'
import type { Operation } from './core/record.ts'
import type { AuditLog } from './audit/index.ts'
import { openOversight } from './oversight/index.ts'
import type { EmergencyStops, Holds, OversightConfig, StopMode } from './oversight/index.ts'
import type { Logger, MetricsRegistry } from './telemetry/index.ts'

/** What people decide about while calls run, joined with what knows what calls do. */
export interface Controls extends AsyncDisposable {
  readonly stops: EmergencyStops
  readonly holds: Holds
  /** Puts other settings in force. */
  configure(next: OversightConfig): void
}

/** Opens emergency stops of a data folder. */
export function openControls({
  config,
  dataDir,
  clock,
  log,
  logger,
  metrics,
}: {
  readonly config: OversightConfig
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Pick<AuditLog, 'append'>
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
    stops: {
      clock,
      settings: () => settings.emergencyStop,
      writes: whatWrites,
      onStopped(count: number, mode: StopMode) {
        ended.with({}).add(count)
        logger.warn('emergency stop in force', { mode, endedCalls: count })
      },
      onNotKept: (error) =>
        logger.error('the emergency stop is in force and will be lost by a restart', { error }),
    },
    holds: {
      clock,
      settings: () => settings.holds,
      record: (record) => log.append(record),
      onError: (error) => logger.error('an approval could not be kept or recorded', { error }),
    },
  })
  metrics.collect(
    'gauge',
    { name: 'smartflow_emergency_stops', help: 'Emergency stops in force.' },
    () => oversight.stops.list().length,
  )
  metrics.collect(
    'gauge',
    { name: 'smartflow_holds_waiting', help: 'Actions that wait for the approval of people.' },
    () => oversight.holds.waiting,
  )
  return {
    stops: oversight.stops,
    holds: oversight.holds,
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
