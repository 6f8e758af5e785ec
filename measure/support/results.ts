import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderHeadlines, renderQuality } from './report.ts'
import type { Results } from './report.ts'
import type { Row } from './row.ts'

/** Reads what `npm run measure` wrote last, by the name of the measurement, in order of names. */
export function readResults(folder: string): Results {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return new Map(
    files.toSorted().map((file) => {
      const rows: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      if (!Array.isArray(rows) || !rows.every(isRow)) throw new Error(`${file} holds no results.`)
      return [file.slice(0, -'.json'.length), rows]
    }),
  )
}

function isRow(value: unknown): value is Row {
  return (
    typeof value === 'object' &&
    value !== null &&
    'subject' in value &&
    'metric' in value &&
    'value' in value &&
    typeof value.value === 'number' &&
    'unit' in value
  )
}

/** Writes docs/quality.md and the short table of the README anew, from the results that are there. */
export async function writeQuality(root: string): Promise<void> {
  const results = readResults(join(root, 'measure/results'))
  const readme = join(root, 'README.md')
  await Bun.write(join(root, 'docs/quality.md'), renderQuality(results))
  await Bun.write(readme, withHeadlines(await Bun.file(readme).text(), renderHeadlines(results)))
}

const begin = '<!-- measured: written by scripts/quality-reference.ts -->\n\n'
const end = '\n\n<!-- measured: end -->'

/** Puts the short table in its place in the README. Throws where the place is not marked. */
export function withHeadlines(readme: string, table: string): string {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error('README.md has no place for what was measured.')
  return readme.slice(0, from + begin.length) + table + readme.slice(to)
}
