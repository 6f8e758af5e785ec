import type { Counts } from './histogram.ts'
import type { LatencyResult } from './latency.ts'
import type { describeMachine } from './machine.ts'
import type { Sample, WithCpu } from './measurements.ts'
import type { OpenLoopResult } from './open-loop.ts'
import type { StreamLoadResult } from './stream-load.ts'
import type { TargetName } from './targets.ts'
import type { WrkResult } from './wrk.ts'

/** What `--only` may name, in the order in which the measurements run. */
export const measurementNames = [
  'throughput',
  'latency',
  'open-loop',
  'first-token',
  'streams',
  'aborts',
  'bodies',
  'big-beside-small',
  'memory',
] as const

export type MeasurementName = (typeof measurementNames)[number]

/** One run of the benchmark, as it is written to `results/`: raw, every table is made from it. */
export interface BenchResult {
  readonly name: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly options: { readonly rounds: number; readonly seconds: number; readonly quick: boolean }
  readonly machine: ReturnType<typeof describeMachine>
  /** Making one kilobyte durable on the disk that holds the audit log. */
  readonly fdatasync: { readonly median: number; readonly p99: number }
  readonly targets: readonly {
    readonly name: TargetName
    readonly version: string
    readonly idleMiB: number
  }[]
  /** Targets that could not run, and why. */
  readonly missing: readonly { readonly name: TargetName; readonly reason: string }[]
  readonly throughput?: readonly Sample<readonly WithCpu<WrkResult>[]>[]
  readonly latency?: readonly Sample<LatencyResult>[]
  readonly openLoop?: readonly Sample<OpenLoopResult & { perSecond: number; direct: Counts }>[]
  readonly firstToken?: readonly Sample<StreamLoadResult>[]
  readonly streams?: readonly {
    readonly concurrent: number
    readonly samples: readonly Sample<WithCpu<StreamLoadResult>>[]
  }[]
  readonly aborts?: readonly Sample<{ left: number; seen: number; delaysMs: number[] }>[]
  readonly bodies?: readonly Sample<readonly (WithCpu<WrkResult> & { bodyBytes: number })[]>[]
  readonly bigBesideSmall?: readonly Sample<{ alone: Counts; beside: Counts; failures: number }>[]
  readonly memory?: readonly Sample<{ seconds: number; perSecond: number; residentMiB: number[] }>[]
}
