import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describeMachine, fdatasyncMs, residentMiB } from './machine.ts'
import * as measure from './measurements.ts'
import type { Bench } from './measurements.ts'
import type { BenchResult, MeasurementName } from './result.ts'
import { measurementNames } from './result.ts'
import { startMock, startTarget } from './targets.ts'
import type { Target, TargetName } from './targets.ts'
import { peakOf } from './summary.ts'

export interface RunOptions {
  readonly root: string
  readonly name: string
  readonly only: readonly MeasurementName[]
  readonly targets: readonly TargetName[]
  readonly rounds: number
  readonly seconds: number
  readonly memorySeconds: number
  readonly quick: boolean
  readonly fromSource: boolean
  readonly log: (text: string) => void
}

/** Starts everything, measures, and stops everything again, whatever happened in between. */
export async function runBench(options: RunOptions): Promise<BenchResult> {
  const startedAt = new Date().toISOString()
  const machine = describeMachine()
  // On the project's disk, not in /tmp, which may be memory: an audit log in memory would prove nothing.
  const cache = join(options.root, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'bench-'))
  const started: Target[] = []
  const stopAll = () => Promise.allSettled(started.splice(0).map((target) => target.stop()))
  const onSignal = () => void stopAll().then(() => process.exit(130))
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  try {
    const mock = await startMock(options.root, work)
    started.push(mock)
    const missing = await startTargets(options, { work, mock, started })
    await Bun.sleep(500)
    const targets = started.filter((target) => options.targets.includes(target.name))
    const about = targets.map(({ name, version, pid }) => ({
      name,
      version,
      idleMiB: residentMiB(pid),
    }))
    const bench: Bench = { ...options, work, targets, mock }
    const base = {
      name: options.name,
      startedAt,
      options: { rounds: options.rounds, seconds: options.seconds, quick: options.quick },
      machine,
      fdatasync: fdatasyncMs(work),
      targets: about,
      missing,
    }
    await measure.warmUp(bench)
    const measured = await measureAll(bench, { ...base, finishedAt: '' }, new Set(options.only))
    return { ...measured, finishedAt: new Date().toISOString() }
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    await stopAll()
    await rm(work, { recursive: true, force: true })
  }
}

async function startTargets(
  options: RunOptions,
  at: { work: string; mock: Target; started: Target[] },
): Promise<{ name: TargetName; reason: string }[]> {
  const missing = []
  for (const name of options.targets) {
    if (name === 'direct') continue
    options.log(`starting ${name}`)
    try {
      const places = {
        root: options.root,
        work: at.work,
        mockPort: at.mock.port,
        fromSource: options.fromSource,
      }
      at.started.push(await startTarget(name, places))
    } catch (error) {
      missing.push({ name, reason: error instanceof Error ? error.message : String(error) })
      options.log(`${name} cannot run: ${String(error)}`)
    }
  }
  return missing
}

async function measureAll(
  bench: Bench,
  start: BenchResult,
  only: ReadonlySet<MeasurementName>,
): Promise<BenchResult> {
  let result = start
  const add = (part: Partial<BenchResult>) => (result = { ...result, ...part })
  for (const name of measurementNames) {
    if (!only.has(name)) continue
    switch (name) {
      case 'throughput':
        add({ throughput: await measure.measureThroughput(bench) })
        break
      case 'latency':
        add({ latency: await measure.measureLatency(bench) })
        break
      case 'open-loop': {
        // Without a sweep in this run, one short round tells where saturation is.
        const sweep =
          result.throughput ??
          (await measure.measureThroughput({ ...bench, rounds: 1, quick: true }))
        const peaks = bench.targets.map(
          (target) => [target.name, peakOf({ ...result, throughput: sweep }, target.name)] as const,
        )
        add({ openLoop: await measure.measureOpenLoop(bench, new Map(peaks)) })
        break
      }
      case 'first-token':
        add({ firstToken: await measure.measureFirstToken(bench) })
        break
      case 'streams':
        add({ streams: await measure.measureStreams(bench) })
        break
      case 'aborts':
        add({ aborts: await measure.measureAborts(bench) })
        break
      case 'bodies':
        add({ bodies: await measure.measureBodies(bench) })
        break
      case 'big-beside-small':
        add({ bigBesideSmall: await measure.measureBigBesideSmall(bench) })
        break
      case 'memory':
        add({ memory: await measure.measureMemory(bench) })
        break
    }
  }
  return result
}
