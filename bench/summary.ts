import { interquartileRange, median } from './histogram.ts'
import type { Counts, Histogram } from './histogram.ts'
import { pooled } from './measurements.ts'
import type { Sample } from './measurements.ts'
import type { BenchResult } from './result.ts'
import type { TargetName } from './targets.ts'

/** One line of what the product promises, and what this run says about it. */
export interface Check {
  readonly promise: string
  readonly measured: string
  /** `noisy`: other programs took over a tenth of the gateway's core while a side of the ratio was measured. */
  readonly verdict: 'pass' | 'fail' | 'rig-limited' | 'noisy' | 'not measured'
}

/** The results of one target over all rounds. */
export function of<T>(samples: readonly Sample<T>[] | undefined, name: TargetName): T[] {
  return (samples ?? []).filter((sample) => sample.target === name).map((sample) => sample.result)
}

/** Medians over the rounds of one closed-loop step. */
export interface Step {
  readonly connections: number
  readonly perSecond: number
  readonly perSecondIqr: number
  readonly p99Ms: number
  readonly cpuMsPer1000: number
  readonly failures: number
}

/** The closed-loop sweep of a target, one step for each number of connections. */
export function sweepOf(result: BenchResult, name: TargetName): Step[] {
  const rounds = of(result.throughput, name)
  return (rounds[0] ?? []).map(({ connections }) => {
    const steps = rounds.flatMap((round) =>
      round.filter((step) => step.connections === connections),
    )
    return {
      connections,
      perSecond: median(steps.map((step) => step.perSecond)),
      perSecondIqr: interquartileRange(steps.map((step) => step.perSecond)),
      p99Ms: median(steps.map((step) => step.p99Ms)),
      cpuMsPer1000: median(steps.map((step) => step.cpuMsPer1000)),
      failures: steps.reduce((total, step) => total + step.failures, 0),
    }
  })
}

/** Median and largest share of the gateway's core that other programs took during the measurements. */
export function noiseOf(result: BenchResult): { readonly median: number; readonly most: number } {
  const streams = (result.streams ?? []).flatMap(({ samples }) => samples)
  const runs = [result.throughput, result.latency, result.openLoop, result.firstToken, streams]
  const shares = runs.flatMap((samples) => (samples ?? []).map((sample) => sample.foreignShare))
  return { median: median(shares), most: shares.length === 0 ? NaN : Math.max(...shares) }
}

/** The highest median rate of a target; NaN when it was not measured. */
export function peakOf(result: BenchResult, name: TargetName): number {
  const rates = sweepOf(result, name).map((step) => step.perSecond)
  return rates.length === 0 ? NaN : Math.max(...rates)
}

/** CPU milliseconds for 1,000 requests at the most efficient step; NaN when it was not measured. */
export function leastCpuOf(result: BenchResult, name: TargetName): number {
  const steps = sweepOf(result, name).map((step) => step.cpuMsPer1000)
  return steps.length === 0 ? NaN : Math.min(...steps)
}

/** Median of the round medians, their spread, and the 99th percentile of all values together, in milliseconds. */
export interface Spread {
  readonly median: number
  readonly iqr: number
  readonly p99: number
}

export function spreadOf(rounds: readonly Counts[]): Spread {
  const medians = rounds.map((counts) => pooled([counts]).quantile(0.5))
  const all: Histogram = pooled(rounds)
  return { median: median(medians), iqr: interquartileRange(medians), p99: all.quantile(0.99) }
}

/** Growth over the second half of a memory run, in MiB a minute, by least squares. */
export function growthPerMinute(samples: readonly number[]): number {
  const half = samples.slice(Math.floor(samples.length / 2))
  const middle = (half.length - 1) / 2
  const mean = half.reduce((total, value) => total + value, 0) / half.length
  const rise = half.reduce((total, value, index) => total + (index - middle) * (value - mean), 0)
  const run = half.reduce((total, _, index) => total + (index - middle) ** 2, 0)
  return (rise / run) * 60
}

/** Compares Smartflow's results with what the product promises. */
export function checksOf(result: BenchResult): Check[] {
  return [
    ...throughputChecks(result),
    ...latencyChecks(result),
    ...streamChecks(result),
    ...memoryChecks(result),
  ]
}

function throughputChecks(result: BenchResult): Check[] {
  const [ours, nginx, portkey, direct] = (['smartflow', 'nginx', 'portkey', 'direct'] as const).map(
    (name) => peakOf(result, name),
  ) as [number, number, number, number]
  const isLimited = direct / ours < 5
  const isNoisy = (result.throughput ?? []).some(
    ({ target, foreignShare }) => target !== 'direct' && foreignShare > 0.1,
  )
  const ratio = (promise: string, value: number, least: number): Check => {
    const limited = value < least && isLimited ? 'rig-limited' : undefined
    const noisy = isNoisy && !Number.isNaN(value) ? 'noisy' : undefined
    return {
      promise,
      measured: `${value.toFixed(2)} ×`,
      verdict: noisy ?? limited ?? verdictOf(value >= least, value),
    }
  }
  return [
    ratio('1 kB throughput ≥ 0.25 × nginx', ours / nginx, 0.25),
    ratio('moonshot: ≥ 0.40 × nginx', ours / nginx, 0.4),
    ratio('1 kB throughput ≥ 8 × Portkey', ours / portkey, 8),
    cpuCheck(result),
    ratio(
      'with all policies on ≥ 0.15 × nginx',
      peakOf(result, 'smartflow-policies') / nginx,
      0.15,
    ),
    ratio('the rig is ≥ 5 × faster than the gateway', direct / ours, 5),
  ]
}

/** The first promise in CPU time, which other programs on the machine hardly change. */
function cpuCheck(result: BenchResult): Check {
  const ratio = leastCpuOf(result, 'nginx') / leastCpuOf(result, 'smartflow')
  const measured = Number.isFinite(ratio) ? `${ratio.toFixed(2)} ×` : '–'
  return {
    promise: 'nginx CPU ÷ own CPU for 1 kB ≥ 0.25 (the same promise, free of noise)',
    measured,
    verdict: verdictOf(ratio >= 0.25, ratio),
  }
}

function latencyChecks(result: BenchResult): Check[] {
  const added = (rounds: (name: TargetName) => Counts[]) => {
    const [ours, direct] = [spreadOf(rounds('smartflow')), spreadOf(rounds('direct'))]
    return { median: ours.median - direct.median, p99: ours.p99 - direct.p99 }
  }
  const single = added((name) => of(result.latency, name).map((round) => round.latency))
  const openRounds = of(result.openLoop, 'smartflow')
  const open =
    spreadOf(openRounds.map((round) => round.latency)).p99 -
    spreadOf(openRounds.map((round) => round.direct)).p99
  const first = added((name) => of(result.firstToken, name).map((round) => round.firstToken))
  const mixed = of(result.bigBesideSmall, 'smartflow')
  const delay =
    spreadOf(mixed.map((round) => round.beside)).p99 -
    spreadOf(mixed.map((round) => round.alone)).p99
  const delays = of(result.aborts, 'smartflow').flatMap((round) => round.delaysMs)
  const unseen = of(result.aborts, 'smartflow').some((round) => round.seen < round.left)
  return [
    atMost('added latency, 1 connection, median ≤ 0.35 ms', single.median, 0.35),
    atMost('added latency, 1 connection, p99 ≤ 1 ms', single.p99, 1),
    atMost('added latency, open loop at half saturation, p99 ≤ 2 ms', open, 2),
    atMost('added time to first token, median ≤ 0.5 ms', first.median, 0.5),
    atMost('added time to first token, p99 ≤ 2 ms', first.p99, 2),
    atMost('1 MB requests delay small ones by ≤ 5 ms p99', delay, 5),
    atMost(
      'a client that leaves aborts the upstream within 50 ms',
      delays.length === 0 ? NaN : unseen ? Infinity : Math.max(...delays),
      50,
    ),
  ]
}

function streamChecks(result: BenchResult): Check[] {
  return (result.streams ?? []).flatMap(({ concurrent, samples }) => {
    const rounds = of(samples, 'smartflow')
    if (rounds.length === 0) return []
    const total = rounds.reduce((sum, round) => sum + round.streams, 0)
    const count = (read: (round: (typeof rounds)[number]) => number) =>
      rounds.reduce((sum, round) => sum + read(round), 0)
    const [complete, identical, stalled] = [
      count((r) => r.complete),
      count((r) => r.identical),
      count((r) => r.stalled),
    ]
    const gap = Math.max(...rounds.map((round) => round.maxGapMs))
    const share = (done: number) => `${done} of ${total}`
    return [
      {
        promise: `${concurrent} streams: every frame delivered`,
        measured: share(complete),
        verdict: verdictOf(complete === total),
      },
      {
        promise: `${concurrent} streams: no gap over 10 × pace`,
        measured: `${stalled} streams over, largest ${gap.toFixed(0)} ms`,
        verdict: verdictOf(stalled === 0),
      },
      {
        promise: `${concurrent} streams: bytes identical`,
        measured: share(identical),
        verdict: verdictOf(identical === total),
      },
    ] satisfies Check[]
  })
}

function memoryChecks(result: BenchResult): Check[] {
  const idle = result.targets.find((target) => target.name === 'smartflow')?.idleMiB ?? NaN
  const [run] = of(result.memory, 'smartflow')
  const growth = run === undefined ? NaN : growthPerMinute(run.residentMiB)
  const seconds = run?.seconds ?? 0
  const flat = atMost(
    `memory flat under load (${seconds} s; ≤ 1 MiB/min in the second half)`,
    growth,
    1,
    'MiB/min',
  )
  // A minute is too short for a verdict: the allocator is still filling its pools.
  const isShort = seconds < 300 && flat.verdict === 'fail'
  return [
    atMost('resident when idle ≤ 120 MB', idle, 120, 'MiB'),
    isShort ? { ...flat, verdict: 'not measured' } : flat,
  ]
}

function atMost(promise: string, value: number, most: number, unit = 'ms'): Check {
  const measured = Number.isNaN(value) ? '–' : `${value.toFixed(2)} ${unit}`
  return { promise, measured, verdict: verdictOf(value <= most, value) }
}

function verdictOf(isKept: boolean, value = 0): Check['verdict'] {
  if (Number.isNaN(value)) return 'not measured'
  return isKept ? 'pass' : 'fail'
}
