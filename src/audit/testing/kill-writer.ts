import { writeSync } from 'node:fs'
import { systemClock } from '../../core/clock.ts'
import { openAuditLog } from '../open.ts'
import { decision, outcome } from './records.ts'

/*
 * The process that kill.test.ts kills: it appends from many callers as fast as it can and prints a
 * line for each record only after the log vouched for it.
 */
const [directory = '', life = ''] = process.argv.slice(2)
const log = await openAuditLog({ directory, clock: systemClock, segmentBytes: 256 * 1024 })

async function call(caller: number): Promise<void> {
  for (let index = 0; ; index++) {
    const id = `${life}-${caller}-${index}`
    await log.append(decision(id))
    writeSync(1, `decision ${id}\n`)
    log.appendOutcome(outcome(id))
    writeSync(1, `outcome ${id}\n`)
  }
}

await Promise.all(Array.from({ length: 16 }, (_, caller) => call(caller)))
