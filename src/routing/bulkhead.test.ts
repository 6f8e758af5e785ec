import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { Bulkhead } from './bulkhead.ts'
import {
  fakeClock,
  routeOptions,
  routerDependencies,
  scripted,
  wholeAnswer,
} from './testing/targets.ts'
import { createRouter } from './router.ts'
import { makeQuestion } from '../../test/support/question.ts'

const limits = { maxConcurrency: 2, maxQueue: 2, maxQueueWaitMs: 60 }
const nobody = new AbortController().signal

describe('a bulkhead', () => {
  test('lets waiting ones in as others leave, first come, first served', async () => {
    const bulkhead = new Bulkhead()
    bulkhead.enter()
    bulkhead.enter()
    expect(bulkhead.hasRoom(limits)).toBe(false)
    const order: string[] = []
    const first = bulkhead.wait(limits, nobody).then((isIn) => order.push(`first ${isIn}`))
    const second = bulkhead.wait(limits, nobody).then((isIn) => order.push(`second ${isIn}`))
    expect(await bulkhead.wait(limits, nobody)).toBe(false)
    bulkhead.leave()
    await first
    bulkhead.leave()
    await second
    expect(order).toEqual(['first true', 'second true'])
    expect(bulkhead.inside).toBe(2)
  })

  test('gives up waiting after its time, or when the one who waits leaves', async () => {
    const bulkhead = new Bulkhead()
    bulkhead.enter()
    bulkhead.enter()
    const leaving = new AbortController()
    const left = bulkhead.wait(limits, leaving.signal)
    leaving.abort()
    expect(await left).toBe(false)
    expect(await bulkhead.wait(limits, nobody)).toBe(false)
    expect(bulkhead.waiting).toBe(0)
    bulkhead.leave()
    expect(bulkhead.inside).toBe(1)
  })

  test('never holds more than its limit, whatever the order of comings and goings', async () => {
    const steps = fc.array(fc.constantFrom('come', 'go'), { maxLength: 60 })
    const run = fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (given, most) => {
      const bulkhead = new Bulkhead()
      const own = { maxConcurrency: most, maxQueue: 5, maxQueueWaitMs: 10_000 }
      const leaving = new AbortController()
      let inside = 0
      for (const step of given) {
        if (step === 'go') {
          if (inside === 0) continue
          inside -= 1
          bulkhead.leave()
        } else if (bulkhead.hasRoom(own)) {
          bulkhead.enter()
          inside += 1
        } else void bulkhead.wait(own, leaving.signal).then((isIn) => isIn && (inside += 1))
        await Promise.resolve()
        await Promise.resolve()
        await Promise.resolve()
        expect(bulkhead.inside).toBeLessThanOrEqual(most)
        expect(bulkhead.inside).toBe(inside)
      }
      leaving.abort()
    })
    await fc.assert(run, { numRuns: 50 })
  })
})

describe('a route with full targets', () => {
  const question = makeQuestion()

  test('takes one that has room, then waits, then says that there is none', async () => {
    const release: (() => void)[] = []
    const busy = (name: string) =>
      scripted(name, async () => {
        await new Promise<void>((resolve) => release.push(resolve))
        return wholeAnswer(name)
      })
    const own = { maxConcurrency: 1, maxQueue: 1, maxQueueWaitMs: 5000 }
    const [a, b] = [busy('a'), busy('b')]
    const targets = [a, b].map((target) => ({ target, limits: own }))
    const dependencies = routerDependencies(fakeClock())
    const route = createRouter(dependencies).createRoute({ ...routeOptions([]), targets })
    const calls = [route.send(question), route.send(question), route.send(question)]
    await Bun.sleep(1)
    expect([a.asked(), b.asked()]).toEqual([1, 1])
    expect(dependencies.registry.status().map(({ waiting }) => waiting)).toEqual([1, 0])
    // The queue of the first choice is full.
    const refused = await route.send(question).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'no_available_target', status: 503 })
    for (let round = 0; round < 3; round++) {
      release.shift()?.()
      await Bun.sleep(1)
    }
    for (const answer of await Promise.all(calls)) expect(answer.status).toBe(200)
    expect([a.asked(), b.asked()]).toEqual([2, 1])
    expect(dependencies.registry.status().map(({ inFlight }) => inFlight)).toEqual([0, 0])
  })
})
