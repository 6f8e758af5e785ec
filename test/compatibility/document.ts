import { format } from 'prettier'
import type { Cell } from './cell.ts'
import type { Client } from './clients/index.ts'
import type { Feature } from './features.ts'
import type { Family } from './providers/index.ts'

/** What became of one feature between a client and a family: plain and streamed. */
export interface Row {
  readonly client: Client
  readonly feature: Feature
  readonly family: Family
  readonly plain: Cell
  readonly streamed: Cell
}

const head = `
<!-- Written by scripts/compatibility.ts from what the tests in test/compatibility saw; edit those. -->

# Compatibility

Every client format with every family of providers, feature by feature, as the test run saw it: a client that shares no code
with the gateway sends a request through a real gateway to a provider that is as strict as the real one. The provider checks
what arrives, the client what comes back, both down to the bytes of an image and the schema of a tool.

- **pass**: everything arrived on both sides, and nothing was warned about.
- **lossy**: something could not be said in the provider's format or the client's. The number leads to the words of the
  warning, which the client gets in \`x-smartflow-warnings\` and the audit record keeps; paths are those of the client's own
  body, those that begin with \`answer\` of the provider's answer. A test fails where anything is lost without a warning.
- **refused**: the request was answered with 400. Between equal formats nothing is changed, and the provider decides.
- **–**: the client's format has no way to ask for it, or the provider never answers so.

A cell holds for plain answers and for streams; where they differ, it tells both. Counts of tokens that the client's own format
has no place for are no loss: the audit record has them.
`

/** Writes the whole document; the same results always make the same text. */
export async function writeDocument(rows: readonly Row[]): Promise<string> {
  const clients = [...new Set(rows.map(({ client }) => client))]
  const sections = clients.map((client) => {
    const notes = new Notes()
    const own = rows.filter((row) => row.client === client)
    const table = writeTable(own, notes)
    return `## Clients of ${client.name}\n\n${table}\n\n${notes.text()}`
  })
  const text = [head.trim(), summarize(rows), ...sections].join('\n\n')
  const options = { semi: false, singleQuote: true, printWidth: 100 }
  return format(text, { ...options, parser: 'markdown' })
}

/** The words of the cells of one table, numbered in the order they appear. */
class Notes {
  readonly #numbers = new Map<string, number>()

  number(words: readonly string[]): number {
    const text = words.map((each) => `\`${each}\``).join(', ')
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#numbers.size + 1)
    return this.#numbers.size
  }

  text(): string {
    return [...this.#numbers].map(([text, number]) => `${number}. ${text}`).join('\n')
  }
}

function writeTable(rows: readonly Row[], notes: Notes): string {
  const families = [...new Set(rows.map(({ family }) => family))]
  const features = [...new Set(rows.map(({ feature }) => feature))]
  const lines = features.map((feature) => {
    const cells = families.map((family) => {
      const row = rows.find((each) => each.family === family && each.feature === feature)
      return row === undefined ? '' : writePair(row, notes)
    })
    return [feature.title, ...cells]
  })
  return tableOf(['', ...families.map(({ title }) => title)], lines)
}

function writePair({ feature, plain, streamed }: Row, notes: Notes): string {
  const stream = writeCell(streamed, notes)
  if (feature.only === 'stream') return stream
  const whole = writeCell(plain, notes)
  return whole === stream ? whole : `${whole}, streamed ${stream}`
}

function writeCell(cell: Cell, notes: Notes): string {
  if (cell.verdict === 'none') return '–'
  return 'words' in cell ? `${cell.verdict} ${notes.number(cell.words)}` : cell.verdict
}

/** How many cells there are of each kind. */
function summarize(rows: readonly Row[]): string {
  const clients = [...new Set(rows.map(({ client }) => client))]
  const families = [...new Set(rows.map(({ family }) => family))]
  const lines = clients.map((client) => {
    const counts = families.map((family) => {
      const own = rows.filter((row) => row.client === client && row.family === family)
      const cells = own.flatMap(({ plain, streamed }) => [plain.verdict, streamed.verdict])
      const of = (verdict: Cell['verdict']): number =>
        cells.filter((each) => each === verdict).length
      return `${of('pass')} / ${of('lossy')} / ${of('refused')}`
    })
    return [client.name, ...counts]
  })
  const table = tableOf(['', ...families.map(({ title }) => title)], lines)
  return `## Overview\n\nCells that pass, are lossy, are refused.\n\n${table}`
}

function tableOf(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = titles.map(() => '---')
  return [titles, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
