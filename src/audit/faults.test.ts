import { expect, test } from 'bun:test'
import { systemClock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import { openAuditLog } from './open.ts'
import { MemoryDisk } from './testing/memory-disk.ts'
import type { Fault } from './testing/memory-disk.ts'
import { decision, label, outcome, readAll } from './testing/records.ts'
import { rejectionOf } from './testing/rejection.ts'
import type { AuditFault, AuditLog } from './types.ts'

interface Written {
  /** Decisions whose append resolved. */
  readonly acknowledged: string[]
  /** Everything that was handed to the log. */
  readonly offered: string[]
}

const cases = [
  { effect: 'unpersisted', lasts: false },
  { effect: 'unpersisted', lasts: true },
  { effect: 'persisted', lasts: false },
  { effect: 'persisted', lasts: true },
  { effect: 'short', lasts: true },
] as const

for (const { effect, lasts } of cases) {
  const name = `${lasts ? 'every operation from any one on' : 'any single operation'} may fail (${effect}) and nothing acknowledged is lost`
  test(
    name,
    async () => {
      const reached = new Set<string>()
      for (let first = 1; ; first += 24) {
        // Runs spend their time waiting for timers, so they may do that together.
        const failures = await Promise.all(
          Array.from({ length: 24 }, (_, index) =>
            runWithFault({ operation: first + index, effect, lasts }),
          ),
        )
        for (const failed of failures) reached.add(failed?.split(' ')[0] ?? 'none')
        if (reached.has('none')) break
      }
      for (const kind of ['open', 'write', 'sync', 'syncDirectory', 'rename', 'truncate']) {
        expect(reached).toContain(kind)
      }
    },
    30_000,
  )
}

test('the power may fail before any operation and nothing acknowledged is lost', async () => {
  const disk = new MemoryDisk()
  const written: Written = { acknowledged: [], offered: [] }
  const moments: { remains: MemoryDisk[]; acknowledged: string[] }[] = []
  disk.onOperation = () => {
    moments.push({ remains: futuresOf(disk), acknowledged: [...written.acknowledged] })
  }
  const log = await runScript(disk, written)
  disk.onOperation = undefined
  await log?.[Symbol.asyncDispose]()
  expect(moments.length).toBeGreaterThan(80)
  for (const { remains, acknowledged } of moments) {
    for (const remaining of remains) {
      await check(remaining, { acknowledged, offered: written.offered })
    }
  }
}, 30_000)

test('after a failed synchronisation callers are refused at once until a new segment is written', async () => {
  const disk = new MemoryDisk()
  const faults: AuditFault[] = []
  const log = await open(disk, { retryDelayMs: 30, onFault: (fault) => faults.push(fault) })
  await log.append(decision('before'))
  // The next two operations are the write and the synchronisation of the next append.
  disk.fault = { operation: disk.operations + 2, effect: 'unpersisted' }
  const refused = await Promise.all([rejection(log, 'a'), rejection(log, 'b')])
  for (const error of refused) {
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'audit_unavailable', status: 503 })
  }
  expect(log.health()).toMatchObject({ state: 'failed', reason: 'injected failure of sync' })
  const { syncs } = disk
  expect(await rejection(log, 'c')).toBeInstanceOf(GatewayError)
  log.appendOutcome(outcome('before'))
  expect(disk.syncs).toBe(syncs)
  expect(log.health().waitingOutcomes).toBe(1)

  while (log.health().state === 'failed') await Bun.sleep(5)
  expect(log.health()).toMatchObject({ state: 'ok', waitingOutcomes: 0, lostOutcomes: 0 })
  await log.append(decision('after'))
  expect(faults.map((fault) => fault.type)).toEqual(['unwritable', 'restored'])
  expect(log.stats).toMatchObject({ failures: 1, rejectedAppends: 1, delayedOutcomes: 1 })
  await log[Symbol.asyncDispose]()
  const labels = (await readAll('/virtual', { files: disk.afterPowerCut(() => false) })).map(label)
  expect(labels).toEqual([
    'decision before',
    'decision a',
    'decision b',
    'outcome before',
    'decision after',
  ])
})

test('outcomes beyond the memory limit are counted as lost, and never throw', async () => {
  const disk = new MemoryDisk()
  const faults: AuditFault[] = []
  const log = await open(disk, {
    maxUnsyncedBytes: 2000,
    onFault: (fault) => faults.push(fault),
  })
  disk.fault = { operation: disk.operations + 1, effect: 'unpersisted', lasts: true }
  for (let index = 0; index < 50; index++) log.appendOutcome(outcome(`o${index}`))
  const { waitingOutcomes, lostOutcomes } = log.health()
  expect(waitingOutcomes).toBeGreaterThan(3)
  expect(waitingOutcomes + lostOutcomes).toBe(50)
  expect(faults.filter((fault) => fault.type === 'record_lost')).toHaveLength(lostOutcomes)
  disk.fault = undefined
  await log[Symbol.asyncDispose]()
  expect(await readAll('/virtual', { files: disk })).toHaveLength(waitingOutcomes)
})

test('appends are refused before outcomes when records pile up', async () => {
  const disk = new MemoryDisk()
  const log = await open(disk, { maxUnsyncedBytes: 4000 })
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => log.append(decision(`r${index}`))),
  )
  const acknowledged = results.filter((result) => result.status === 'fulfilled').length
  expect(acknowledged).toBeGreaterThan(1)
  expect(acknowledged).toBeLessThan(20)
  expect(log.health().state).toBe('ok')
  await log.append(decision('later'))
  await log[Symbol.asyncDispose]()
})

test('a record that cannot be encoded is refused alone', async () => {
  const log = await open(new MemoryDisk())
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const refused = await rejection(log, 'bad', { extra: cyclic })
  expect(refused).toMatchObject({ code: 'audit_unavailable' })
  await log.append(decision('good'))
  expect(log.health()).toMatchObject({ state: 'ok', lastSequence: 1 })
  await log[Symbol.asyncDispose]()
})

/** Runs a script with one fault, then checks what is left in every way the machine could go on. */
async function runWithFault(fault: Fault): Promise<string | undefined> {
  const disk = new MemoryDisk()
  disk.fault = fault
  const written: Written = { acknowledged: [], offered: [] }
  const log = await runScript(disk, written)
  const remains = futuresOf(disk)
  await log?.[Symbol.asyncDispose]()
  for (const remaining of remains) await check(remaining, written)
  return disk.failed
}

/** The disk after a kill, and after some power cuts. */
function futuresOf(disk: MemoryDisk): MemoryDisk[] {
  return [disk.afterKill(), ...[1, 2, 3].map((seed) => disk.afterPowerCut(coin(seed)))]
}

/** Lets a log live twice; returns it open, unless it refused to start. */
async function runScript(disk: MemoryDisk, written: Written): Promise<AuditLog | undefined> {
  let log: AuditLog | undefined
  for (let life = 0; life < 2; life++) {
    await log?.[Symbol.asyncDispose]()
    try {
      log = await open(disk, { retryDelayMs: 1 })
    } catch {
      // Refusing to start is an answer, too: nothing was acknowledged.
      log = undefined
      continue
    }
    for (let round = 0; round < 4; round++) await runRound(log, `${life}${round}`, written)
  }
  return log
}

async function runRound(log: AuditLog, round: string, written: Written): Promise<void> {
  const ids = ['a', 'b', 'c'].map((letter) => `${round}${letter}`)
  await Promise.all(ids.map((id) => offer(log, id, written)))
  for (const id of ids) {
    written.offered.push(`outcome ${id}`)
    log.appendOutcome(outcome(id))
  }
  await Bun.sleep(2)
}

async function offer(log: AuditLog, id: string, written: Written): Promise<void> {
  written.offered.push(`decision ${id}`)
  try {
    await log.append(decision(id))
    written.acknowledged.push(`decision ${id}`)
  } catch (error) {
    expect(error).toMatchObject({ code: 'audit_unavailable' })
  }
}

/** Opens what is left, appends to it, and compares. */
async function check(disk: MemoryDisk, written: Written): Promise<void> {
  const log = await open(disk)
  await log.append(decision('last'))
  await log[Symbol.asyncDispose]()
  const records = await readAll('/virtual', { files: disk })
  // What was found in the page cache has to be as durable as what was added.
  expect(await readAll('/virtual', { files: disk.afterPowerCut(() => false) })).toEqual(records)
  expect(records.map((record) => record.sequence)).toEqual(records.map((_, index) => index + 1))
  const labels = records.map(label).filter((text) => text !== 'lifecycle recovered')
  expect(labels.pop()).toBe('decision last')
  expect(new Set(labels).size).toBe(labels.length)
  expect(labels).toEqual(written.offered.filter((text) => labels.includes(text)))
  expect(written.acknowledged.filter((text) => !labels.includes(text))).toEqual([])
}

type Overrides = Partial<Parameters<typeof openAuditLog>[0]>

function open(disk: MemoryDisk, options: Overrides = {}): Promise<AuditLog> {
  const lockDirectory = async () => ({ [Symbol.asyncDispose]: async () => {} })
  const base = { directory: '/virtual', clock: systemClock, files: disk, lockDirectory }
  return openAuditLog({ ...base, segmentBytes: 4096, ...options })
}

function rejection(log: AuditLog, id: string, extra: object = {}): Promise<Error> {
  return rejectionOf(log.append({ ...decision(id), ...extra }))
}

/** A coin that falls the same way each time for the same seed. */
function coin(seed: number): () => boolean {
  let state = seed * 2_654_435_761
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state > 0x8000_0000
  }
}
