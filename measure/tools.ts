import { tierOf } from '../src/compliance/tools/index.ts'
import type { RatedTool } from '../src/compliance/tools/index.ts'
import { GatewayError } from '../src/core/errors.ts'
import { createRunningCalls } from '../src/oversight/running-calls.ts'
import { makeQuestion } from '../test/support/question.ts'
import type { Row } from './support/row.ts'

export const name = 'tools'

const sentence = 'The committee met on Tuesday and agreed on the agenda of the next meeting. '
const tools: readonly (readonly [string, RatedTool, number])[] = [
  ['name alone', { name: 'github__list_pull_requests' }, 5],
  ['SQL that reads', { name: 'query', arguments: { sql: 'SELECT * FROM t WHERE id = 1' } }, 20],
  ['10 kB of prose', { name: 'write_file', arguments: { content: sentence.repeat(136) } }, 200],
]

/** Measures what rating a tool and watching a call cost, and how soon 10,000 calls are told to end. */
export function run(): Promise<Row[]> {
  const rows = tools.map(([subject, tool, most]): Row => {
    const value = microsecondsOf(() => tierOf(tool))
    return { subject, metric: 'tier', value, unit: 'µs', most }
  })
  const calls = createRunningCalls()
  const question = makeQuestion()
  const admit = (): void => undefined
  const watch = microsecondsOf(() => calls.watch(question, admit).end())
  for (let index = 0; index < 10_000; index++) calls.watch(question, admit)
  const startedAt = performance.now()
  calls.stop(() => new GatewayError('emergency_stop'))
  const stopMs = performance.now() - startedAt
  return Promise.resolve([
    ...rows,
    { subject: 'one call', metric: 'watch', value: watch, unit: 'µs', most: 2 },
    { subject: '10,000 calls', metric: 'stop', value: stopMs, unit: 'ms', most: 500 },
  ])
}

/** Median of 20 rounds. */
function microsecondsOf(work: () => void): number {
  const rounds = Array.from({ length: 20 }, () => {
    const startedAt = performance.now()
    for (let index = 0; index < 1000; index++) work()
    return performance.now() - startedAt
  })
  return rounds.toSorted((one, other) => one - other)[10] ?? NaN
}
