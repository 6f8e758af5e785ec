import { writeSync } from 'node:fs'
import { systemClock } from '../../../core/clock.ts'
import { openBarrierStore } from '../store.ts'
import { barriersOf, person } from './knowledge.ts'

/*
 * The process that store.test.ts kills: it lets one contact after another in, and prints a line for each only
 * after it was remembered.
 */
const [dataDir = '', life = ''] = process.argv.slice(2)
const store = openBarrierStore({ dataDir, clock: systemClock })
const barriers = barriersOf(
  { conflicts: [{ name: 'all', categories: ['client:*', 'rival'] }] },
  { ...store, clock: systemClock },
)
for (let index = 0; ; index++) {
  const label = `client:${life}-${index}`
  const contact = {
    principal: person('ana'),
    labels: [label],
    direction: 'receive',
    at: 0,
  } as const
  if (barriers.enter(contact).isAllowed) writeSync(1, `${label}\n`)
}
