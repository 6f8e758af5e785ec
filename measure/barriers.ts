import { createBarriers } from '../src/compliance/barrier/index.ts'
import { barriersConfigSchema } from '../src/compliance/barrier/config.ts'
import type { BarrierContact } from '../src/compliance/contracts.ts'
import type { Row } from './support/row.ts'

const walls = 50
const sides = 4
const labels = 20

export const name = 'barriers'

/** Measures one check of 50 walls with 4 sides and 20 labels each, and 50 conflicts of interest. */
export function run(): Promise<Row[]> {
  const barriers = createBarriers(barriersConfigSchema.parse(section()), {
    history: { of: () => seen, keep: () => undefined },
    crossings: { of: () => [] },
    clock: { now: () => 0 },
  })
  const groups = Array.from({ length: 20 }, (_, index) => `group-${index}-0`)
  const contact = (...labels: readonly string[]): BarrierContact => ({
    principal: { id: 'ana@example.com', kind: 'user', tenant: 'default', department: 'd', groups },
    labels,
    direction: 'receive',
    at: 1_800_000_000_000,
  })
  const cases = [
    ['no label', contact(), 1],
    ['two labels of no wall', contact('phi', 'weather'), 5],
    ['two labels of own sides', contact('w3-s0-7', 'w12-s0-5'), 5],
    ['two labels refused by walls', contact('w3-s1-7', 'w12-s2-5'), 5],
    ['two labels in conflicts, ten seen', contact('client-3-a', 'client-17-a'), 5],
  ] as const
  const rows = cases.map(([subject, asked, most]): Row => {
    const value = microsecondsOf(() => barriers.check(asked))
    return { subject, metric: 'check', value, unit: 'µs', most }
  })
  return Promise.resolve(rows)
}

const seen = new Map(
  Array.from({ length: 10 }, (_, index) => [
    `client-${index + 20}-b`,
    { firstDay: 20_000, lastDay: 20_000 },
  ]),
)

function section() {
  return {
    walls: Array.from({ length: walls }, (_, wall) => ({
      name: `wall-${wall}`,
      sides: Array.from({ length: sides }, (_, side) => ({
        name: `side-${side}`,
        users: [`user-${wall}-${side}@example.com`],
        groups: [`group-${wall}-${side}`, `team-${wall}-${side}-*`],
        departments: [`department-${wall}-${side}`],
        categories: Array.from({ length: labels }, (_, label) => `w${wall}-s${side}-${label}`),
      })),
    })),
    conflicts: Array.from({ length: 50 }, (_, index) => ({
      name: `conflict-${index}`,
      categories: [`client-${index}-a*`, `client-${index}-b*`],
      forgetAfterDays: 3650,
    })),
  }
}

/** The time of one call in µs: the best of some rounds. */
function microsecondsOf(work: () => unknown): number {
  const calls = 20_000
  let best = Infinity
  for (let round = 0; round < 8; round++) {
    const start = performance.now()
    for (let index = 0; index < calls; index++) work()
    best = Math.min(best, performance.now() - start)
  }
  return (best * 1000) / calls
}
