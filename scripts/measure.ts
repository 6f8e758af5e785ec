import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeQuality } from '../measure/support/results.ts'
import { keepsPromise } from '../measure/support/row.ts'
import type { Measurement, Row } from '../measure/support/row.ts'

const root = dirname(import.meta.dir)
const { values, positionals } = parseArgs({
  options: { data: { type: 'string', default: join(root, '../shared/data') } },
  allowPositionals: true,
})

const folder = join(root, 'measure')
const results = join(folder, 'results')
await mkdir(results, { recursive: true })
let broken = 0
for (const file of (await readdir(folder)).toSorted()) {
  if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
  const measurement = (await import(join(folder, file))) as Partial<Measurement>
  if (measurement.name === undefined || measurement.run === undefined) continue
  if (positionals.length > 0 && !positionals.includes(measurement.name)) continue
  const rows = await measurement.run(values.data)
  print(measurement.name, rows)
  broken += rows.filter((row) => keepsPromise(row) === false).length
  await Bun.write(
    join(results, `${measurement.name}.json`),
    JSON.stringify(rows, undefined, 2) + '\n',
  )
}
await writeQuality(root)
if (broken > 0) {
  console.error(`${broken} promises are not kept`)
  process.exit(1)
}

function print(name: string, rows: readonly Row[]): void {
  console.log(`\n${name}`)
  console.table(
    rows.map((row) => ({
      subject: row.subject,
      metric: row.metric,
      value: `${Number(row.value.toPrecision(4))} ${row.unit === 'ratio' ? '' : row.unit}`.trim(),
      promise: promiseOf(row),
      kept: { true: 'yes', false: 'NO', undefined: '' }[`${keepsPromise(row)}`],
    })),
  )
}

function promiseOf({ least, most }: Row): string {
  if (least !== undefined) return `≥ ${least}`
  return most === undefined ? '' : `≤ ${most}`
}
