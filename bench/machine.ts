import {
  closeSync,
  fdatasyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { median } from './histogram.ts'

/** The core of the gateway under test, and the one that mock and load share. */
export const gatewayCore = 0
export const loadCore = 1

const ticksPerSecond = 100

/** Facts about the machine that a reader needs beside the numbers. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: readText('/proc/sys/kernel/osrelease').trim(),
    bun: Bun.version,
    loadAverage: Number(readText('/proc/loadavg').split(' ')[0]),
  }
}

/** A command line that runs on one core only. */
export function pinned(core: number, command: readonly string[]): string[] {
  return ['taskset', '-c', String(core), ...command]
}

/** A process and everything it started that still runs. */
export function processTree(pid: number): number[] {
  let children: string[] = []
  try {
    children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readText(`/proc/${pid}/task/${thread}/children`).split(' '),
    )
  } catch {
    // The process has ended: it has no children either.
    return []
  }
  return [
    pid,
    ...children.filter((child) => child !== '').flatMap((child) => processTree(Number(child))),
  ]
}

/** CPU time of a process tree so far, user and system of all threads, in milliseconds. */
export function cpuMs(pid: number): number {
  return sum(processTree(pid), (id) => {
    // Field 2 is the command in brackets and may hold spaces; utime and stime are fields 14 and 15.
    const fields = readText(`/proc/${id}/stat`).split(') ')[1]?.split(' ') ?? []
    return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1_000) / ticksPerSecond
  })
}

/** Time a core was busy since the machine started, with whatever, in milliseconds; stolen time included. */
export function coreBusyMs(core: number): number {
  const line = readText('/proc/stat')
    .split('\n')
    .find((candidate) => candidate.startsWith(`cpu${core} `))
  const [user, nice, system, , , irq, softirq, steal] = (line ?? '').split(' ').slice(1).map(Number)
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>(
    (sum, n) => sum + (n ?? 0),
    0,
  )
  return (ticks * 1_000) / ticksPerSecond
}

/** Resident memory of a process tree in MiB. */
export function residentMiB(pid: number): number {
  return sum(processTree(pid), (id) => {
    const match = /VmRSS:\s+(\d+) kB/.exec(readText(`/proc/${id}/status`))
    return Number(match?.[1] ?? 0) / 1_024
  })
}

/** Median time of appending one kilobyte to a file and making it durable, in milliseconds. */
export function fdatasyncMs(directory: string, samples = 200): { median: number; p99: number } {
  const path = join(directory, 'fdatasync.tmp')
  const file = openSync(path, 'a')
  const block = Buffer.alloc(1_024, 120)
  const times: number[] = []
  for (let sample = 0; sample < samples; sample++) {
    const startedAt = performance.now()
    writeSync(file, block)
    fdatasyncSync(file)
    times.push(performance.now() - startedAt)
  }
  closeSync(file)
  rmSync(path)
  times.sort((a, b) => a - b)
  return { median: median(times), p99: times[Math.floor(samples * 0.99)] ?? NaN }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Processes end at any moment; one that is gone counts nothing.
    return ''
  }
}

function sum(ids: readonly number[], of: (id: number) => number): number {
  return ids.reduce((total, id) => total + of(id), 0)
}
