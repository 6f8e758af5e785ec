import { expect, test } from 'bun:test'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import { openAuditLog } from './open.ts'
import { MemoryDisk } from './testing/memory-disk.ts'
import { decision, label, outcome, readAll } from './testing/records.ts'
import { rejectionOf } from './testing/rejection.ts'
import { temporaryDirectory } from './testing/temporary.ts'

const clock = systemClock

test('records come back in the order they were appended, numbered without a gap', async () => {
  using directory = temporaryDirectory()
  const before = Date.now()
  const log = await openAuditLog({ directory: directory.path, clock })
  await Promise.all(Array.from({ length: 50 }, (_, index) => log.append(decision(`a${index}`))))
  log.appendOutcome(outcome('a0'))
  await log.append(decision('b'))
  await log[Symbol.asyncDispose]()

  const records = await readAll(directory.path)
  expect(records.map(label)).toEqual([
    ...Array.from({ length: 50 }, (_, index) => `decision a${index}`),
    'outcome a0',
    'decision b',
  ])
  expect(records.map((record) => record.sequence)).toEqual(
    Array.from({ length: 52 }, (_, index) => index + 1),
  )
  expect(records.every((record) => record.at >= before && record.at <= Date.now())).toBe(true)
  const { sequence: _sequence, at: _at, ...rest } = records[0] ?? {}
  expect(rest).toEqual(decision('a0'))
})

test('a log is continued when it is opened again, and can be read from any record on', async () => {
  using directory = temporaryDirectory()
  for (let round = 0; round < 3; round++) {
    await using log = await openAuditLog({ directory: directory.path, clock })
    await log.append(decision(`r${round}`))
  }
  const labels = (await readAll(directory.path)).map(label)
  expect(labels).toEqual(['decision r0', 'decision r1', 'decision r2'])
  const later = await readAll(directory.path, { fromSequence: 3 })
  expect(later.map(label)).toEqual(['decision r2'])
})

test('waiting records share one synchronisation', async () => {
  const disk = new MemoryDisk()
  const log = await openOn(disk)
  const before = disk.syncs
  await Promise.all(Array.from({ length: 500 }, (_, index) => log.append(decision(`${index}`))))
  // The first record commits alone, the others while that is under way wait for the second.
  expect(disk.syncs - before).toBeLessThanOrEqual(2)
  await log[Symbol.asyncDispose]()
})

test('a single caller pays for exactly one synchronisation and no delay', async () => {
  const disk = new MemoryDisk()
  const log = await openOn(disk, { maxCommitDelayMs: 1000 })
  const before = disk.syncs
  const startedAt = performance.now()
  for (let index = 0; index < 20; index++) await log.append(decision(`${index}`))
  expect(disk.syncs - before).toBe(20)
  expect(performance.now() - startedAt).toBeLessThan(500)
  await log[Symbol.asyncDispose]()
})

test('an append resolves only after its bytes were synchronised', async () => {
  const disk = new MemoryDisk()
  const log = await openOn(disk)
  for (let index = 0; index < 5; index++) {
    await log.append(decision(`r${index}`))
    const survivors = await readOn(disk.afterPowerCut(() => false))
    expect(survivors).toHaveLength(index + 1)
  }
  await log[Symbol.asyncDispose]()
})

test('an outcome is with the operating system at once and durable within the delay', async () => {
  const disk = new MemoryDisk()
  const log = await openOn(disk, { maxCommitDelayMs: 5 })
  log.appendOutcome(outcome('r1'))
  expect(log.health().pending).toBe(1)
  const killed = disk.afterKill()
  const cut = disk.afterPowerCut(() => false)
  expect(await readOn(killed)).toEqual(['outcome r1'])
  expect(await readOn(cut)).toEqual([])
  await Bun.sleep(100)
  expect(await readOn(disk.afterPowerCut(() => false))).toEqual(['outcome r1'])
  expect(log.health()).toMatchObject({ state: 'ok', pending: 0, durableSequence: 1 })
  await log[Symbol.asyncDispose]()
})

test('segments are rotated, and what was unsynced moves along', async () => {
  using directory = temporaryDirectory()
  const log = await openAuditLog({ directory: directory.path, clock, segmentBytes: 8192 })
  for (let round = 0; round < 100; round++) {
    log.appendOutcome(outcome(`o${round}`))
    await Promise.all([log.append(decision(`a${round}`)), log.append(decision(`b${round}`))])
  }
  expect(log.stats.rotations).toBeGreaterThan(3)
  expect(log.stats.records).toBe(300)
  await log[Symbol.asyncDispose]()
  const labels = (await readAll(directory.path)).map(label)
  expect(labels).toEqual(
    Array.from({ length: 100 }, (_, round) => [
      `outcome o${round}`,
      `decision a${round}`,
      `decision b${round}`,
    ]).flat(),
  )
  const names = readdirSync(directory.path).filter((name) => name.endsWith('.log'))
  expect(names.length).toBe(log.stats.rotations + 1)
  expect(readdirSync(directory.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
  const tail = await readAll(directory.path, { fromSequence: 299 })
  expect(tail.map(label)).toEqual(['decision a99', 'decision b99'])
})

test('a log can be read while it is written', async () => {
  using directory = temporaryDirectory()
  const log = await openAuditLog({ directory: directory.path, clock, segmentBytes: 16_384 })
  const writing = (async () => {
    for (let round = 0; round < 300; round++) {
      log.appendOutcome(outcome(`o${round}`))
      await log.append(decision(`d${round}`))
    }
  })()
  let seen = 0
  while (seen < 600) {
    const records = await readAll(directory.path)
    expect(records.length).toBeGreaterThanOrEqual(seen)
    expect(records.map((record) => record.sequence)).toEqual(records.map((_, index) => index + 1))
    seen = records.length
    await Bun.sleep(1)
  }
  await writing
  await log[Symbol.asyncDispose]()
})

test('files and directory belong to their owner alone', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'deep', 'audit')
  await using log = await openAuditLog({ directory: path, clock })
  await log.append(decision('r1'))
  expect(statSync(path).mode & 0o777).toBe(0o700)
  const segment = join(path, 'audit-0000000000000001.log')
  expect(statSync(segment).mode & 0o777).toBe(0o600)
  // Zeros stand ahead of the data, so that an append need not change the size of the file.
  expect(statSync(segment).size).toBeGreaterThanOrEqual(1024 * 1024)
})

test('a second writer is refused and told which process holds the log', async () => {
  using directory = temporaryDirectory()
  const log = await openAuditLog({ directory: directory.path, clock })
  const second = openAuditLog({ directory: directory.path, clock })
  expect((await rejectionOf(second)).message).toContain(`being written by process ${process.pid}`)
  await log[Symbol.asyncDispose]()
  await using third = await openAuditLog({ directory: directory.path, clock })
  await third.append(decision('r1'))
})

test('a closed log refuses records and counts outcomes that come too late', async () => {
  const log = await openOn(new MemoryDisk())
  await log[Symbol.asyncDispose]()
  await log[Symbol.asyncDispose]()
  const refused = await rejectionOf(log.append(decision('late')))
  expect(refused).toBeInstanceOf(GatewayError)
  log.appendOutcome(outcome('late'))
  expect(log.health().lostOutcomes).toBe(1)
})

test('closing makes everything durable, also what nobody waited for', async () => {
  const disk = new MemoryDisk()
  const log = await openOn(disk)
  const appended = log.append(decision('r1'))
  log.appendOutcome(outcome('r1'))
  await log[Symbol.asyncDispose]()
  await appended
  expect(await readOn(disk.afterPowerCut(() => false))).toEqual(['decision r1', 'outcome r1'])
  expect(disk.openDescriptors).toBe(0)
})

test('a directory with foreign files works, one that holds a foreign segment is refused', async () => {
  using directory = temporaryDirectory()
  writeFileSync(join(directory.path, 'README'), 'hello')
  mkdirSync(join(directory.path, 'old'))
  const log = await openAuditLog({ directory: directory.path, clock })
  await log.append(decision('r1'))
  await log[Symbol.asyncDispose]()
  writeFileSync(join(directory.path, 'audit-0000000000000002.log'), 'not a segment at all')
  const refused = await rejectionOf(openAuditLog({ directory: directory.path, clock }))
  expect(refused.message).toContain(
    'audit-0000000000000002.log, byte 0: not the header of an audit segment',
  )
})

function openOn(disk: MemoryDisk, options: { maxCommitDelayMs?: number } = {}) {
  const lockDirectory = async () => ({ [Symbol.asyncDispose]: async () => {} })
  return openAuditLog({ directory: '/virtual', clock, files: disk, lockDirectory, ...options })
}

async function readOn(disk: MemoryDisk): Promise<string[]> {
  return (await readAll('/virtual', { files: disk })).map(label)
}
