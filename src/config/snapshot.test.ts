import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createSnapshotHolder } from './snapshot.ts'
import type { Lease } from './snapshot.ts'

class Snapshot implements AsyncDisposable {
  disposals = 0
  readonly version: number

  constructor(version: number) {
    this.version = version
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposals += 1
    await Promise.resolve()
  }
}

test('new calls see the next snapshot at once, running ones keep theirs until they end', async () => {
  const [one, two] = [new Snapshot(1), new Snapshot(2)]
  const holder = createSnapshotHolder(one)
  const lease = holder.acquire()
  const drained = holder.swap(two)
  expect(holder.current).toBe(two)
  expect(lease.value).toBe(one)
  await Bun.sleep(1)
  expect([one.disposals, holder.alive]).toEqual([0, 2])
  lease.release()
  await drained
  expect([one.disposals, two.disposals, holder.alive]).toEqual([1, 0, 1])
})

test('a lease released twice counts once', async () => {
  const one = new Snapshot(1)
  const holder = createSnapshotHolder(one)
  const [a, b] = [holder.acquire(), holder.acquire()]
  a.release()
  a.release()
  a[Symbol.dispose]()
  const drained = holder.swap(new Snapshot(2))
  await Bun.sleep(1)
  expect(one.disposals).toBe(0)
  b.release()
  await drained
  expect(one.disposals).toBe(1)
})

test('swapping in the snapshot already in force changes nothing', async () => {
  const one = new Snapshot(1)
  const holder = createSnapshotHolder(one)
  await holder.swap(one)
  expect([one.disposals, holder.alive]).toEqual([0, 1])
})

test('a snapshot that fails to end is reported and does not stop the holder', async () => {
  const errors: unknown[] = []
  const bad: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')) }
  const good: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.resolve() }
  const holder = createSnapshotHolder(bad, { onDisposeError: (error) => errors.push(error) })
  await holder.swap(good)
  expect([errors.length, holder.alive]).toEqual([1, 1])
})

test('disposing waits for the last call, refuses new ones and ends late snapshots', async () => {
  const [one, late] = [new Snapshot(1), new Snapshot(2)]
  const holder = createSnapshotHolder(one)
  const lease = holder.acquire()
  let isDone = false
  const done = holder[Symbol.asyncDispose]().then(() => (isDone = true))
  await Bun.sleep(1)
  expect(isDone).toBe(false)
  expect(() => holder.acquire()).toThrow('no longer in use')
  await holder.swap(late)
  expect(late.disposals).toBe(1)
  lease.release()
  await done
  expect([one.disposals, holder.alive]).toEqual([1, 0])
})

test('in any order of calls and swaps each snapshot is disposed exactly once, never while in use', async () => {
  const step = fc.oneof(
    fc.constant({ type: 'acquire' as const }),
    fc.record({ type: fc.constant('release' as const), index: fc.nat() }),
    fc.constant({ type: 'swap' as const }),
    fc.constant({ type: 'wait' as const }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const all = [new Snapshot(0)]
      const holder = createSnapshotHolder(all[0]!)
      const leases: Lease<Snapshot>[] = []
      for (const action of steps) {
        if (action.type === 'acquire') {
          const lease = holder.acquire()
          expect(lease.value).toBe(all.at(-1)!)
          leases.push(lease)
        } else if (action.type === 'release' && leases.length > 0) {
          leases.splice(action.index % leases.length, 1)[0]?.release()
        } else if (action.type === 'swap') {
          all.push(new Snapshot(all.length))
          void holder.swap(all.at(-1)!)
        } else await Promise.resolve()
        for (const lease of leases) expect(lease.value.disposals).toBe(0)
      }
      for (const lease of leases) lease.release()
      await holder[Symbol.asyncDispose]()
      expect(all.map((snapshot) => snapshot.disposals)).toEqual(all.map(() => 1))
      expect(holder.alive).toBe(0)
    }),
    { numRuns: 300 },
  )
})

test('many calls at once over many swaps never see a disposed snapshot', async () => {
  const all: Snapshot[] = [new Snapshot(0)]
  const holder = createSnapshotHolder(all[0]!)
  const running = new AbortController()
  const call = async (): Promise<void> => {
    while (!running.signal.aborted) {
      using lease = holder.acquire()
      await Bun.sleep(Math.random() * 3)
      expect(lease.value.disposals).toBe(0)
    }
  }
  const calls = Array.from({ length: 50 }, call)
  for (let version = 1; version <= 50; version++) {
    all.push(new Snapshot(version))
    void holder.swap(all[version]!)
    await Bun.sleep(1)
  }
  running.abort()
  await Promise.all(calls)
  await holder[Symbol.asyncDispose]()
  expect(all.every((snapshot) => snapshot.disposals === 1)).toBe(true)
})
