import { expect, test } from 'bun:test'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { nodeFiles } from './files.ts'
import { createFrameCodec } from './frame.ts'
import { openAuditLog } from './open.ts'
import { AuditDamageError, listSegments, segmentHeaderBytes } from './segment.ts'
import { MemoryDisk } from './testing/memory-disk.ts'
import { decision, label, outcome, readAll } from './testing/records.ts'
import { rejectionOf } from './testing/rejection.ts'
import { temporaryDirectory } from './testing/temporary.ts'
import type { AuditFault, AuditLog } from './types.ts'

const clock = systemClock
const firstSegment = 'audit-0000000000000001.log'
const codec = createFrameCodec()

test('a tail torn at any byte is dropped, said, and the log continued', async () => {
  using directory = temporaryDirectory()
  const { bytes, offsets } = await segmentOf(directory.path, ['r1', 'r2', 'r3'])
  const last = offsets[2] ?? 0
  for (let length = last; length < bytes.byteLength; length++) {
    for (const zeros of [0, 300]) {
      const tail = bytes.subarray(last, length)
      const disk = MemoryDisk.holding(
        firstSegment,
        Buffer.concat([bytes.subarray(0, length), Buffer.alloc(zeros)]),
      )
      const faults: AuditFault[] = []
      const log = await openOn(disk, faults)
      await log.append(decision('next'))
      await log[Symbol.asyncDispose]()
      const records = await readAll('/virtual', { files: disk })
      // A length field begins with zeros, which look like the zeros ahead of the data.
      const isTorn = usedBytes(tail) > 0
      expect(records.map(label)).toEqual([
        'decision r1',
        'decision r2',
        ...(isTorn ? ['lifecycle recovered'] : []),
        'decision next',
      ])
      expect(faults).toHaveLength(isTorn ? 1 : 0)
      if (!isTorn) continue
      expect(records[2]).toMatchObject({ droppedBytes: usedBytes(tail) })
      expect(faults[0]).toMatchObject({ type: 'torn_tail' })
      expect(faults[0]?.message).toContain(`${firstSegment} at byte ${last}`)
    }
  }
})

test('every flipped byte of a closed log is refused with file and place, or changes no record', async () => {
  using directory = temporaryDirectory()
  const ids = ['r1', 'r2', 'r3', 'r4']
  const { bytes, offsets } = await segmentOf(directory.path, ids, { isClosed: true })
  for (let at = 0; at < bytes.byteLength; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at] = (damaged[at] ?? 0) ^ 0x40
    const disk = MemoryDisk.holding(firstSegment, damaged)
    const read = readAll('/virtual', { files: disk })
    const place = at < segmentHeaderBytes ? 0 : offsets.findLast((offset) => offset <= at)
    if (place === offsets.at(-1)) {
      // The mark at the end holds no record.
      expect((await read).map(label)).toEqual(ids.map((id) => `decision ${id}`))
      continue
    }
    for (const error of [await rejectionOf(read), await rejectionOf(openOn(disk))]) {
      expect(error).toBeInstanceOf(AuditDamageError)
      expect(error).toMatchObject({ file: `/virtual/${firstSegment}`, offset: place })
    }
    expect(disk.content(firstSegment)?.equals(damaged)).toBe(true)
  }
})

test('a record lost below later commits is damage, within the last commit it is a torn tail', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, firstSegment)
  const log = await open(directory.path)
  await log.append(decision('alone'))
  await Promise.all(['b1', 'b2', 'b3', 'b4'].map((id) => log.append(decision(id))))
  const bytes = readFileSync(path)
  const offsets = frameOffsets(bytes)
  await log[Symbol.asyncDispose]()

  // What a power cut can leave of one commit: a hole where a page was not written.
  const torn = Buffer.from(bytes)
  torn.fill(0, offsets[3], offsets[4])
  writeFileSync(path, torn)
  const faults: AuditFault[] = []
  const again = await open(directory.path, faults)
  // The intact record behind the hole is gone for good: it must not come back under a later one.
  expect(torn.includes('"b4"')).toBe(true)
  expect(readFileSync(path).includes('"b4"')).toBe(false)
  await again[Symbol.asyncDispose]()
  expect(faults).toHaveLength(1)
  const labels = (await readAll(directory.path)).map(label)
  expect(labels).toEqual(['decision alone', 'decision b1', 'decision b2', 'lifecycle recovered'])

  const damaged = Buffer.from(bytes)
  damaged.fill(0, offsets[0], offsets[1])
  writeFileSync(path, damaged)
  expect((await rejectionOf(open(directory.path))).message).toContain(
    `byte ${offsets[0]}: record 1 is not intact, though a later one at byte ${offsets[1]} proves`,
  )
})

test('damage in an earlier segment, or a missing one, is refused', async () => {
  using directory = temporaryDirectory()
  const log = await open(directory.path)
  for (let round = 0; round < 40; round++) await log.append(decision(`r${round}`))
  await log[Symbol.asyncDispose]()
  const names = listSegments(nodeFiles, directory.path).map((segment) => segment.name)
  expect(names.length).toBeGreaterThan(2)

  const first = join(directory.path, firstSegment)
  const intact = readFileSync(first)
  const damaged = Buffer.from(intact)
  damaged[500] = (damaged[500] ?? 0) ^ 1
  writeFileSync(first, damaged)
  expect((await rejectionOf(open(directory.path))).message).toContain(
    `${firstSegment}, byte 16: record 1`,
  )
  expect(await rejectionOf(readAll(directory.path))).toBeInstanceOf(AuditDamageError)

  writeFileSync(first, intact.subarray(0, intact.byteLength - 1))
  expect((await rejectionOf(open(directory.path))).message).toContain(
    'is missing or not intact, though audit-',
  )
  writeFileSync(first, intact)
  rmSync(join(directory.path, names[1] ?? ''))
  expect((await rejectionOf(open(directory.path))).message).toContain(
    'is missing or not intact, though audit-',
  )
  expect(await rejectionOf(readAll(directory.path))).toBeInstanceOf(AuditDamageError)
})

test('records that stand in the wrong order are refused', async () => {
  using directory = temporaryDirectory()
  const { bytes, offsets } = await segmentOf(directory.path, ['r1', 'r2', 'r3'], { isClosed: true })
  const [first = 0, second = 0, third = 0] = offsets
  const swapped = [
    bytes.subarray(0, first),
    bytes.subarray(second, third),
    bytes.subarray(first, second),
    bytes.subarray(third),
  ]
  writeFileSync(join(directory.path, firstSegment), Buffer.concat(swapped))
  expect((await rejectionOf(readAll(directory.path))).message).toContain(
    'record 2 stands where record 1 belongs',
  )
})

test('what an earlier segment holds beyond the start of the next one is superseded', async () => {
  using directory = temporaryDirectory()
  const { bytes, offsets } = await segmentOf(directory.path, ['r1', 'r2', 'r3'])
  const log = await open(directory.path)
  log.appendOutcome(outcome('r3'))
  await log[Symbol.asyncDispose]()
  const source = readFileSync(join(directory.path, firstSegment))
  // A repair writes record 2 and the rest into a new segment and may end before it cuts the old one.
  const second = Buffer.concat([source.subarray(0, 16), source.subarray(offsets[1])])
  writeFileSync(join(directory.path, 'audit-0000000000000002.log'), second)
  writeFileSync(join(directory.path, firstSegment), bytes.subarray(0, bytes.byteLength - 7))
  await (await open(directory.path))[Symbol.asyncDispose]()
  const labels = (await readAll(directory.path)).map(label)
  expect(labels).toEqual(['decision r1', 'decision r2', 'decision r3', 'outcome r3'])
})

test('segments that were being prepared when the process ended are removed', async () => {
  using directory = temporaryDirectory()
  writeFileSync(join(directory.path, 'audit-next.tmp'), 'unfinished')
  writeFileSync(join(directory.path, 'audit-repair.tmp'), 'unfinished')
  const log = await open(directory.path)
  await log.append(decision('r1'))
  await log[Symbol.asyncDispose]()
  expect(readdirSync(directory.path).sort()).toEqual([firstSegment, 'audit.lock'])
})

test('a segment of a newer version is refused by name', async () => {
  using directory = temporaryDirectory()
  const { bytes } = await segmentOf(directory.path, ['r1'])
  bytes.writeUInt32BE(9, 8)
  writeFileSync(join(directory.path, firstSegment), bytes)
  expect((await rejectionOf(open(directory.path))).message).toContain(
    'format version 9 is not known',
  )
})

function open(directory: string, faults: AuditFault[] = []): Promise<AuditLog> {
  const onFault = (fault: AuditFault) => void faults.push(fault)
  return openAuditLog({ directory, clock, segmentBytes: 8192, onFault })
}

function openOn(disk: MemoryDisk, faults: AuditFault[] = []): Promise<AuditLog> {
  return openAuditLog({
    directory: '/virtual',
    clock,
    files: disk,
    lockDirectory: async () => ({ [Symbol.asyncDispose]: async () => {} }),
    segmentBytes: 8192,
    onFault: (fault) => void faults.push(fault),
  })
}

/** Writes a log of single commits; returns its bytes without the zeros ahead, or as closed. */
async function segmentOf(
  directory: string,
  ids: readonly string[],
  { isClosed = false } = {},
): Promise<{ bytes: Buffer; offsets: number[] }> {
  const log = await open(directory)
  for (const id of ids) await log.append(decision(id))
  const written = readFileSync(join(directory, firstSegment))
  await log[Symbol.asyncDispose]()
  const bytes = isClosed
    ? readFileSync(join(directory, firstSegment))
    : written.subarray(0, usedBytes(written))
  return { bytes, offsets: frameOffsets(bytes) }
}

function frameOffsets(bytes: Buffer): number[] {
  const offsets: number[] = []
  for (let at = segmentHeaderBytes; ;) {
    const frame = codec.check(bytes, at, bytes.byteLength)
    if (frame.type !== 'frame') return offsets
    offsets.push(at)
    at += frame.frameBytes
  }
}

function usedBytes(bytes: Uint8Array): number {
  let length = bytes.byteLength
  while (length > 0 && bytes[length - 1] === 0) length--
  return length
}
