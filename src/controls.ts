import type { AuditLog } from './audit/index.ts'
import type { Clock } from './core/clock.ts'
import type { ClientFormat } from './formats/index.ts'
import type { GatewayConfig } from './gateway.ts'
import { openOversight } from './oversight/index.ts'
import type { EmergencyStops, Holds, Oversight, StopMode } from './oversight/index.ts'
import { readingAnswer, whatWrites } from './read-only.ts'
import type { ReadOnlyParts } from './read-only.ts'
import type { Logger, MetricsRegistry } from './telemetry/index.ts'

type ControlsConfig = Pick<GatewayConfig, 'data' | 'oversight' | 'server'>

/** What people decide about while calls run, joined with what knows what calls do. */
export interface Controls extends AsyncDisposable {
  readonly stops: EmergencyStops
  readonly holds: Holds
  /** Puts other settings in force. */
  configure(next: ControlsConfig): void
}

export interface ControlsOptions {
  readonly config: ControlsConfig
  readonly clock: Clock
  readonly log: Pick<AuditLog, 'append'>
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly formats: ReadonlyMap<string, ClientFormat>
}

/** Opens the emergency stops and the approval queue of a data folder. */
export function openControls(options: ControlsOptions): Controls {
  const { config, clock, log, logger, metrics, formats: clientFormats } = options
  let settings = config
  const parts: ReadOnlyParts = {
    clientFormats,
    maxFrameBytes: () => settings.server.limits.maxFrameBytes,
    tools: () => settings.oversight.tools,
  }
  const countEnded = declareEnded(metrics)
  const oversight = openOversight({
    dataDir: config.data.dir,
    stops: {
      clock,
      settings: () => settings.oversight.emergencyStop,
      writes: (question, isRunning) => whatWrites(question, isRunning, parts),
      onlyReading: (question, answer) => readingAnswer(question, answer, parts),
      onStopped(count: number, mode: StopMode) {
        countEnded(count)
        logger.warn('emergency stop in force', { mode, endedCalls: count })
      },
      onNotKept: (error) =>
        logger.error('the emergency stop is in force and will be lost by a restart', { error }),
    },
    holds: {
      clock,
      settings: () => settings.oversight.holds,
      record: (record) => log.append(record),
      onError: (error) => logger.error('an approval could not be kept or recorded', { error }),
    },
  })
  declareGauges(metrics, oversight)
  return {
    stops: oversight.stops,
    holds: oversight.holds,
    configure(next) {
      settings = next
    },
    [Symbol.asyncDispose]: () => oversight[Symbol.asyncDispose](),
  }
}

function declareEnded(metrics: MetricsRegistry): (count: number) => void {
  const ended = metrics.counter({
    name: 'smartflow_emergency_stopped_calls_total',
    help: 'Running calls that an emergency stop ended.',
  })
  return (count) => ended.with({}).add(count)
}

function declareGauges(metrics: MetricsRegistry, { stops, holds }: Oversight): void {
  metrics.collect(
    'gauge',
    { name: 'smartflow_emergency_stops', help: 'Emergency stops in force.' },
    () => stops.list().length,
  )
  metrics.collect(
    'gauge',
    { name: 'smartflow_holds_waiting', help: 'Actions that wait for the approval of people.' },
    () => holds.waiting,
  )
}
