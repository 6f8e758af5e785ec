import { join } from 'node:path'
import type { Counts } from './histogram.ts'
import { Histogram } from './histogram.ts'
import type { LatencyOptions, LatencyResult } from './latency.ts'
import { coreBusyMs, cpuMs, gatewayCore, loadCore, pinned, residentMiB } from './machine.ts'
import type { AbortedStream } from './mock-upstream.ts'
import type { OpenLoopOptions, OpenLoopResult } from './open-loop.ts'
import { longPromptBytes } from './payloads.ts'
import { run } from './processes.ts'
import type { StreamLoadOptions, StreamLoadResult } from './stream-load.ts'
import type { Target, TargetName } from './targets.ts'
import { runWrk } from './wrk.ts'
import type { WrkResult } from './wrk.ts'

/** Everything a measurement needs. */
export interface Bench {
  readonly root: string
  readonly work: string
  readonly targets: readonly Target[]
  readonly mock: Target
  readonly rounds: number
  /** Length of one closed-loop measurement. */
  readonly seconds: number
  /** Length of the memory run. */
  readonly memorySeconds: number
  readonly quick: boolean
  readonly log: (text: string) => void
}

/** One measurement of one target in one round. */
export interface Sample<T> {
  readonly target: TargetName
  readonly round: number
  /** Share of the gateway's core that other programs took meanwhile: noise, from 0 to 1. */
  readonly foreignShare: number
  readonly result: T
}

export type WithCpu<T> = T & { readonly cpuMsPer1000: number }

/** Visits every target once a round, in a new random order each time, so that drift hits all alike. */
async function interleave<T>(
  bench: Bench,
  label: string,
  measure: (target: Target) => Promise<T>,
): Promise<Sample<T>[]> {
  const samples: Sample<T>[] = []
  for (let round = 0; round < bench.rounds; round++) {
    for (const target of shuffle(bench.targets)) {
      bench.log(`${label}: round ${round + 1}/${bench.rounds}, ${target.name}`)
      await settle(target)
      const before = { at: performance.now(), own: ownMs(target), core: coreBusyMs(gatewayCore) }
      const result = await measure(target)
      const own = ownMs(target) - before.own
      const foreign = coreBusyMs(gatewayCore) - before.core - own
      const foreignShare = Math.max(foreign / (performance.now() - before.at), 0)
      samples.push({ target: target.name, round, foreignShare, result })
    }
  }
  return samples
}

/** CPU time of a target on the gateway's core: the mock has none there. */
function ownMs(target: Target): number {
  return target.name === 'direct' ? 0 : cpuMs(target.pid)
}

/** Waits until a target has nothing left to do from before: a fifth of a core at most, five seconds at most. */
async function settle(target: Target): Promise<void> {
  const deadline = performance.now() + 5_000
  let before = cpuMs(target.pid)
  while (performance.now() < deadline) {
    await Bun.sleep(200)
    const now = cpuMs(target.pid)
    if (now - before <= 40) return
    before = now
  }
}

/** Lets every target compile its code and fill its pools before anything counts. */
export async function warmUp(bench: Bench): Promise<void> {
  for (const target of bench.targets) {
    bench.log(`warming up ${target.name}`)
    const seconds = bench.quick ? 2 : 10
    await runWrk(target, { connections: 64, bodyBytes: 1_024, seconds, work: bench.work })
    // A gateway in use has opened more streams than any compiler waits for.
    const [streams, staggerMs] = bench.quick ? [100, 10] : [1_500, 3]
    await streamLoad(bench, target, { streams, staggerMs })
  }
}

/** Requests a second in a closed loop, for each number of connections. */
export function measureThroughput(bench: Bench): Promise<Sample<WithCpu<WrkResult>[]>[]> {
  const sweep = bench.quick ? [16, 64] : [1, 4, 16, 64, 256]
  return interleave(bench, 'throughput', async (target) => {
    const results = []
    for (const connections of sweep)
      results.push(await closedLoop(bench, target, { connections, bodyBytes: 1_024 }))
    return results
  })
}

/** The same at 16 connections for growing bodies. */
export function measureBodies(
  bench: Bench,
): Promise<Sample<(WithCpu<WrkResult> & { bodyBytes: number })[]>[]> {
  const sizes = bench.quick
    ? [1_024, 1_048_576]
    : [1_024, 10_240, 102_400, longPromptBytes, 1_048_576]
  return interleave(bench, 'bodies', async (target) => {
    const results = []
    for (const bodyBytes of sizes) {
      results.push({
        bodyBytes,
        ...(await closedLoop(bench, target, { connections: 16, bodyBytes })),
      })
    }
    return results
  })
}

/** Latency of one request at a time. */
export function measureLatency(bench: Bench): Promise<Sample<LatencyResult>[]> {
  const samples = bench.quick ? 500 : 3_000
  return interleave(bench, 'latency', (target) =>
    tool<LatencyResult>(bench, 'latency', {
      ...aimOf(target),
      samples,
      warmup: bench.quick ? 300 : 1_500,
      bodyBytes: 1_024,
    } satisfies LatencyOptions),
  )
}

/** Latency at half of each target's own highest closed-loop rate, requests sent on schedule, beside the mock at that rate. */
export async function measureOpenLoop(
  bench: Bench,
  saturation: ReadonlyMap<TargetName, number>,
): Promise<Sample<OpenLoopResult & { perSecond: number; direct: Counts }>[]> {
  const gateways = bench.targets.filter((target) => target.name !== 'direct')
  return interleave({ ...bench, targets: gateways }, 'open loop', async (target) => {
    const perSecond = Math.max(Math.round((saturation.get(target.name) ?? 0) / 2), 50)
    const at = (one: Target) =>
      openLoop(bench, {
        ...aimOf(one),
        perSecond,
        connections: 128,
        bodyBytes: 1_024,
        seconds: bench.seconds + 1,
      })
    const [direct, result] = [await at(bench.mock), await at(target)]
    return { ...result, perSecond, direct: direct.latency }
  })
}

/** Few streams at a time, started one after the other: the added time to the first token. */
export function measureFirstToken(bench: Bench): Promise<Sample<StreamLoadResult>[]> {
  const streams = bench.quick ? 60 : 240
  return interleave(bench, 'first token', (target) =>
    streamLoad(bench, target, { streams, staggerMs: 25 }),
  )
}

/** Many streams at once: is every event delivered, in time and unchanged? */
export async function measureStreams(
  bench: Bench,
): Promise<{ concurrent: number; samples: Sample<WithCpu<StreamLoadResult>>[] }[]> {
  const levels = bench.quick ? [256] : [512, 2_000]
  const results = []
  for (const concurrent of levels) {
    const samples = await interleave(bench, `${concurrent} streams`, async (target) => {
      const before = cpuMs(target.pid)
      const result = await streamLoad(bench, target, { streams: concurrent, staggerMs: 0.4 })
      const cpuMsPer1000 =
        ((cpuMs(target.pid) - before) * 1_000) / Math.max(result.eventsReceived, 1)
      return { ...result, cpuMsPer1000 }
    })
    results.push({ concurrent, samples })
  }
  return results
}

/** How long after a reader left the mock saw its own connection close, for each stream. */
export function measureAborts(
  bench: Bench,
): Promise<Sample<{ left: number; seen: number; delaysMs: number[] }>[]> {
  return interleave(bench, 'aborts', async (target) => {
    await takeAborts(bench.mock)
    const left = await streamLoad(bench, target, { streams: 20, staggerMs: 30, leaveAfter: 5 })
    await Bun.sleep(500)
    const seen = (await takeAborts(bench.mock)).map((aborted) => aborted.at).sort((a, b) => a - b)
    const leftAt = left.leftAt.toSorted((a, b) => a - b)
    const delaysMs = seen.map((at, index) => at - (leftAt[index] ?? at))
    return { left: leftAt.length, seen: seen.length, delaysMs }
  })
}

/** Small requests on schedule, alone and beside one-megabyte ones. */
export function measureBigBesideSmall(
  bench: Bench,
): Promise<Sample<{ alone: Counts; beside: Counts; failures: number }>[]> {
  const seconds = bench.quick ? 2 : bench.seconds + 1
  return interleave(bench, 'big beside small', async (target) => {
    const small = { ...aimOf(target), perSecond: 200, connections: 16, bodyBytes: 1_024, seconds }
    const big = { ...aimOf(target), perSecond: 5, connections: 4, bodyBytes: 1_048_576, seconds }
    const alone = await openLoop(bench, small)
    const [beside, large] = await Promise.all([openLoop(bench, small), openLoop(bench, big)])
    const failures = beside.failures + beside.unanswered + large.failures + large.unanswered
    return { alone: alone.latency, beside: beside.latency, failures }
  })
}

/** Resident memory while a constant rate of requests and some streams pass, one sample a second. */
export async function measureMemory(
  bench: Bench,
): Promise<Sample<{ seconds: number; perSecond: number; residentMiB: number[] }>[]> {
  const gateways = bench.targets.filter((target) => target.name !== 'direct')
  const seconds = bench.memorySeconds
  const perSecond = 500
  return interleave({ ...bench, rounds: 1, targets: gateways }, 'memory', async (target) => {
    const samples: number[] = []
    const timer = setInterval(() => samples.push(residentMiB(target.pid)), 1_000)
    const load = { ...aimOf(target), perSecond, connections: 64, bodyBytes: 4_096, seconds }
    await openLoop(bench, load)
    clearInterval(timer)
    return { seconds, perSecond, residentMiB: samples }
  })
}

async function closedLoop(
  bench: Bench,
  target: Target,
  load: { connections: number; bodyBytes: number },
): Promise<WithCpu<WrkResult>> {
  const before = cpuMs(target.pid)
  const result = await runWrk(target, { ...load, seconds: bench.seconds, work: bench.work })
  const cpuMsPer1000 = ((cpuMs(target.pid) - before) * 1_000) / Math.max(result.requests, 1)
  return { ...result, cpuMsPer1000 }
}

function openLoop(
  bench: Bench,
  options: Omit<OpenLoopOptions, 'warmupSeconds'>,
): Promise<OpenLoopResult> {
  return tool(bench, 'open-loop', { ...options, warmupSeconds: Math.min(options.seconds / 4, 1) })
}

function streamLoad(
  bench: Bench,
  target: Target,
  load: { streams: number; staggerMs: number; leaveAfter?: number },
): Promise<StreamLoadResult> {
  const options: StreamLoadOptions = { ...aimOf(target), bodyBytes: 1_024, leaveAfter: 0, ...load }
  return tool(bench, 'stream-load', options)
}

/** Runs a load tool of this folder in a process of its own on the load core. */
async function tool<T>(bench: Bench, name: string, options: object): Promise<T> {
  const command = [process.execPath, join(bench.root, `bench/${name}.ts`), JSON.stringify(options)]
  const limitMs = (bench.memorySeconds + 90) * 1_000
  const text = await run(pinned(loadCore, command), { timeoutMs: limitMs })
  const result: T = JSON.parse(text)
  return result
}

async function takeAborts(mock: Target): Promise<readonly AbortedStream[]> {
  const answer = await fetch(`http://127.0.0.1:${mock.port}/stats`)
  const { aborted }: { aborted: readonly AbortedStream[] } = JSON.parse(await answer.text())
  return aborted
}

function aimOf({ port, headers }: Target) {
  return { port, headers }
}

function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

/** Merges the histograms of all rounds into one. */
export function pooled(all: readonly Counts[]): Histogram {
  return all.reduce((histogram, counts) => histogram.merge(counts), new Histogram())
}
