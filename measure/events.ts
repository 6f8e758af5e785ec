import {
  encodeCef,
  encodeFlatJson,
  encodeHec,
  encodeJsonLine,
  encodeLeef,
  encodeOcsf,
  encodeSyslog,
  eventFrom,
  frameSyslog,
} from '../src/audit/events/index.ts'
import type { EventView } from '../src/audit/events/index.ts'
import { sampleDecision, sampleOrigin, samples } from '../src/audit/events/testing/samples.ts'
import type { Row } from './support/row.ts'

export const name = 'events'

const times = 1_000
const syslog = { enterpriseNumber: 32_473, facility: 13, appName: 'smartflow', maxBytes: 8_192 }

const encoders: Readonly<Record<string, (view: EventView) => string | Uint8Array>> = {
  'Splunk HEC': (view) => encodeHec(view, { sourcetype: 'smartflow:audit' }),
  'syslog, framed': (view) => frameSyslog(encodeSyslog(view, syslog)),
  'syslog with flat JSON': (view) => encodeSyslog(view, { ...syslog, body: encodeFlatJson }),
  CEF: (view) => encodeCef(view, 8_192),
  LEEF: (view) => encodeLeef(view, 8_192),
  OCSF: (view) => encodeOcsf(view),
  'JSON lines': encodeJsonLine,
}

/** Measures what it costs to make an event of a record, and to write it in each format: the mean over all kinds. */
export function run(): Promise<Row[]> {
  const views = samples.map(({ record }) => eventFrom(record, sampleOrigin, sampleDecision))
  const making = cost(() => {
    for (const { record } of samples) eventFrom(record, sampleOrigin, sampleDecision)
  })
  const rows = Object.entries(encoders).flatMap(([subject, encode]): Row[] => {
    const sizes = views.map((view) => Buffer.byteLength(encode(view)))
    const value = cost(() => {
      for (const view of views) encode(view)
    })
    return [
      { subject, metric: 'written', value, unit: 'µs', most: 25 },
      { subject, metric: 'bytes', value: Math.max(...sizes), unit: 'count' },
    ]
  })
  return Promise.resolve([
    { subject: 'record', metric: 'made an event', value: making, unit: 'µs', most: 25 },
    ...rows,
  ])
}

/** Microseconds for each event of one round over all samples: the best of three. */
function cost(round: () => void): number {
  let best = Infinity
  for (let attempt = 0; attempt < 3; attempt++) {
    const start = performance.now()
    for (let at = 0; at < times; at++) round()
    best = Math.min(best, performance.now() - start)
  }
  return (best * 1_000) / (times * samples.length)
}
