import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { Alarms } from './alarms.ts'
import type { Sleeper } from './alarms.ts'

interface Recorded extends Sleeper {
  readonly wokenAt: number[]
}

/** Sleeps until a time, `more` times longer each time it is woken. */
function sleeper(alarms: Alarms, dueInMs: number, more: readonly number[] = []): Recorded {
  const left = [...more]
  let dueAt = performance.now() + dueInMs
  const wokenAt: number[] = []
  const made: Recorded = {
    wokenAt,
    get dueAt() {
      return dueAt
    },
    wake() {
      wokenAt.push(performance.now())
      const next = left.shift()
      if (next === undefined) alarms.remove(made)
      else dueAt = performance.now() + next
    },
  }
  return made
}

test('wakes each sleeper once it is due, in whatever order they came', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(30), { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(10), { maxLength: 2 }),
      async (delays, more) => {
        using alarms = new Alarms()
        const startedAt = performance.now()
        const sleepers = delays.map((delay) => sleeper(alarms, delay, more))
        for (const each of sleepers) alarms.add(each)
        await Bun.sleep(30 + more.reduce((sum, each) => sum + each + 5, 0) + 20)
        for (const [index, { wokenAt }] of sleepers.entries()) {
          expect(wokenAt).toHaveLength(more.length + 1)
          expect((wokenAt[0] ?? 0) - startedAt).toBeGreaterThanOrEqual(delays[index] ?? 0)
        }
      },
    ),
    { numRuns: 8 },
  )
})

test('rings earlier for a sleeper that is due before the others', async () => {
  using alarms = new Alarms()
  const patient = sleeper(alarms, 10_000)
  const hasty = sleeper(alarms, 10)
  alarms.add(patient)
  alarms.add(hasty)
  await Bun.sleep(40)
  expect(hasty.wokenAt).toHaveLength(1)
  expect(patient.wokenAt).toHaveLength(0)
})

test('leaves those alone that were removed', async () => {
  using alarms = new Alarms()
  const gone = sleeper(alarms, 5)
  alarms.add(gone)
  alarms.remove(gone)
  await Bun.sleep(25)
  expect(gone.wokenAt).toHaveLength(0)
})
