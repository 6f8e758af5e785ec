import type { Clock } from '../core/clock.ts'
import type { FailureClass } from '../core/failure.ts'
import type { AttemptRecord } from '../core/record.ts'

/** How a provider has done lately. */
export interface ProviderPerformance {
  readonly provider: string
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  /** Mean duration of the attempts that were answered, in milliseconds; 0 without any. */
  readonly avgLatencyMs: number
  /** Parts of the requests, from 0 to 1; together 1 where there were any. */
  readonly successRate: number
  readonly errorRate: number
  readonly rateLimitRate: number
  /** Attempts in the window that told something about the provider. */
  readonly requests: number
  /** Milliseconds since the epoch of the latest of them. */
  readonly lastUpdated: number | undefined
}

/** Counts what became of the attempts at each provider, over a window that moves. */
export interface PerformanceLog {
  record(attempts: readonly AttemptRecord[]): void
  /** Tells of these providers, whether or not they were asked. */
  snapshot(providers: readonly string[]): readonly ProviderPerformance[]
}

/** The window is this many slices long. */
const slices = 30
const sliceMs = 10_000
/** From these parts of failed attempts on, a provider is said to be in trouble. */
const degradedFrom = 0.05
const unhealthyFrom = 0.5

/** Failures that say something about the provider, as opposed to the request or the caller. */
const errors: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'timeout',
  'server-error',
  'unreachable',
  'bad-answer',
  'credentials',
])

interface Slice {
  readonly number: number
  succeeded: number
  failed: number
  limited: number
  latencySumMs: number
}

interface Track {
  readonly slices: Slice[]
  lastUpdated: number
}

/** Makes a log that is empty. It remembers the five minutes behind it, and one entry for each provider. */
export function createPerformanceLog(clock: Clock): PerformanceLog {
  const tracks = new Map<string, Track>()

  function sliceOf(provider: string): Slice {
    const number = Math.floor(clock.monotonic() / sliceMs)
    const track = tracks.get(provider) ?? { slices: [], lastUpdated: 0 }
    tracks.set(provider, track)
    track.lastUpdated = clock.now()
    let slice = track.slices.at(-1)
    if (slice?.number !== number) {
      slice = { number, succeeded: 0, failed: 0, limited: 0, latencySumMs: 0 }
      track.slices.push(slice)
      if (track.slices.length > slices) track.slices.shift()
    }
    return slice
  }

  return {
    record(attempts) {
      for (const { provider, failureClass, durationMs } of attempts) {
        // Nobody waited for its end: it says nothing about the provider.
        if (failureClass === 'cancelled' || failureClass === 'gateway') continue
        const slice = sliceOf(provider)
        if (failureClass === 'rate-limit') slice.limited += 1
        else if (failureClass !== undefined && errors.has(failureClass)) slice.failed += 1
        else {
          slice.succeeded += 1
          slice.latencySumMs += durationMs
        }
      }
    },
    snapshot(providers) {
      const oldest = Math.floor(clock.monotonic() / sliceMs) - slices
      return providers.map((provider) => performanceOf(provider, tracks.get(provider), oldest))
    },
  }
}

function performanceOf(
  provider: string,
  track: Track | undefined,
  oldest: number,
): ProviderPerformance {
  const recent = track?.slices.filter(({ number }) => number > oldest) ?? []
  const sum = (read: (slice: Slice) => number): number =>
    recent.reduce((total, slice) => total + read(slice), 0)
  const [succeeded, failed, limited] = [
    sum((slice) => slice.succeeded),
    sum((slice) => slice.failed),
    sum((slice) => slice.limited),
  ]
  const requests = succeeded + failed + limited
  const rate = (count: number): number => (requests === 0 ? 0 : count / requests)
  const errorRate = rate(failed)
  return {
    provider,
    status: statusOf(errorRate, rate(limited)),
    avgLatencyMs:
      succeeded === 0 ? 0 : Math.round((sum((slice) => slice.latencySumMs) / succeeded) * 10) / 10,
    // Without a request nothing has failed.
    successRate: requests === 0 ? 1 : rate(succeeded),
    errorRate,
    rateLimitRate: rate(limited),
    requests,
    lastUpdated: track?.lastUpdated,
  }
}

function statusOf(errorRate: number, rateLimitRate: number): ProviderPerformance['status'] {
  if (errorRate >= unhealthyFrom) return 'unhealthy'
  return errorRate >= degradedFrom || rateLimitRate >= degradedFrom ? 'degraded' : 'healthy'
}
