import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { makePrincipal } from '../../test/support/question.ts'
import { isInRollout } from './rollout.ts'

const users = Array.from({ length: 4000 }, (_, index) => makePrincipal({ id: `user-${index}` }))
const inside = (percent: number, route = 'gpt'): Set<string> =>
  new Set(
    users
      .filter((user) => isInRollout({ percent, stickyBy: 'user' }, route, user))
      .map(({ id }) => id),
  )

test('a rollout takes its share of the callers', () => {
  expect(inside(0).size).toBe(0)
  expect(inside(100).size).toBe(users.length)
  for (const percent of [1, 10, 50, 90]) {
    expect(Math.abs(inside(percent).size / users.length - percent / 100)).toBeLessThan(0.03)
  }
})

test('a caller stays in while the share grows, on every call', () => {
  fc.assert(
    fc.property(fc.string(), fc.double({ min: 0, max: 100, noNaN: true }), (id, percent) => {
      const is = (share: number) =>
        isInRollout({ percent: share, stickyBy: 'user' }, 'gpt', makePrincipal({ id }))
      expect(is(percent)).toBe(is(percent))
      if (is(percent)) expect(is(Math.min(100, percent + 10))).toBe(true)
    }),
  )
})

test('every route draws its own share, and every tenant its own users', () => {
  const [one, other] = [inside(50, 'gpt'), inside(50, 'claude')]
  const common = [...one].filter((id) => other.has(id)).length
  expect(Math.abs(common / users.length - 0.25)).toBeLessThan(0.04)
  const rule = { percent: 50, stickyBy: 'user' } as const
  const moved = users.filter(
    (user) => isInRollout(rule, 'gpt', user) !== isInRollout(rule, 'gpt', { ...user, tenant: 'x' }),
  )
  expect(moved.length).toBeGreaterThan(users.length / 3)
})

test('departments, tenants and keys are in or out as a whole', () => {
  const colleagues = users
    .slice(0, 50)
    .map((user) => ({ ...user, department: 'research', keyId: 'k' }))
  for (const stickyBy of ['department', 'tenant', 'key'] as const) {
    const words = new Set(
      colleagues.map((user) => isInRollout({ percent: 50, stickyBy }, 'gpt', user)),
    )
    expect(words.size).toBe(1)
  }
  for (const stickyBy of ['department', 'key'] as const) {
    expect(
      new Set(users.slice(0, 50).map((user) => isInRollout({ percent: 50, stickyBy }, 'gpt', user)))
        .size,
    ).toBe(2)
  }
})
