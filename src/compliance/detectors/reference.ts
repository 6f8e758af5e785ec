import type { TokenRule } from '../secrets/index.ts'
import { hasFormats, hasTriggers } from './contract.ts'
import type { AnyDetector, FormatDetector } from './contract.ts'
import { scoreOf } from './scoring.ts'

const samples = 1000

const introduction = `# What the pattern detectors find

This page is written by \`bun scripts/detectors-reference.ts\` from the detectors themselves; a test compares.
What was measured with them, for each kind, stands in \`measure/results/pii.json\` and \`secrets.json\`.

All detectors read the normalised view of a text: invisible characters, wide and foreign digits, look-alike
letters, entities, percent and backslash encodings, emphasis inside values and numbers read out are undone
first, and Base64, hexadecimal, spaced, reversed (where a mark says so) and ROT13 runs are read as well.

- **Pass by chance**: how many of ${samples} random values of the same shape pass the checks of the kind, such as its
  check digit. The fewer, the less a value needs words around it; where none does, the scores stay empty.
- **Alone**: the highest score of a value in prose without any word that speaks for it. Policies act from 0.5
  unless they say otherwise, so a kind that stays below is found only next to such a word.
- **With a word**: the lowest score next to a word that speaks for it, such as "passport number".

A value that is part of something longer loses 0.35; near words such as "order" or "version" it loses 0.15.
`

const weaknesses = `## Known weaknesses

- Kinds without a check digit (passports, plates, bank accounts, postcodes, driving licences) are found only
  with a word that speaks for them, in English or in the language of the country, at most 64 characters before
  or 32 behind the value.
- Eight to twelve digits may be of several kinds at once; all of them are told, the surest first.
- Dates are found in numbers and with names of months in seven languages, not as "last Tuesday".
- A value broken by a line end, Base32, and characters as decimal or binary numbers are not put together.
- A number written backwards is read only where an invisible mark turns it, or where it is an address.
- Secrets without a prefix are known by the name they are assigned to; a password within a sentence without
  such a name is not found. A token whose body only counts up scores 0.6.
- A stream is decided about 96 characters ahead, cut between words: a disguised value of more than 160
  characters without a space may lose its beginning before it is known.
`

/** Writes the page about all kinds of identifiers and secrets in Markdown. */
export function renderDetectorReference(
  detectors: readonly AnyDetector[],
  rules: readonly TokenRule[],
): string {
  const countries = [...new Set(detectors.map(({ country }) => country ?? ''))].toSorted()
  const sections = countries.map((country) => {
    const title = country === '' ? 'Everywhere' : nameOf(country)
    const own = detectors.filter((detector) => (detector.country ?? '') === country)
    return `### ${title}\n\n${tableOf([head, ...own.map(rowOf)])}`
  })
  return [
    introduction,
    `## Identifiers: ${detectors.length} kinds\n`,
    ...sections,
    secretsOf(rules),
    weaknesses,
  ].join('\n')
}

function nameOf(country: string): string {
  return new Intl.DisplayNames(['en'], { type: 'region' }).of(country) ?? country
}

const head = ['label', 'category', 'shape', 'pass by chance', 'alone', 'with a word'] as const

/** A table of Markdown with columns of even width. */
function tableOf(lines: readonly (readonly string[])[]): string {
  const columns = (lines[0] ?? []).map((_, column) =>
    Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)),
  )
  const rows = lines.map((line) => columns.map((width, index) => (line[index] ?? '').padEnd(width)))
  rows.splice(
    1,
    0,
    columns.map((width) => '-'.repeat(width)),
  )
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function rowOf(detector: AnyDetector): string[] {
  const { label, category } = detector
  if (!hasFormats(detector)) {
    const signs = hasTriggers(detector) ? detector.triggers.map((sign) => `\`${sign}\``) : []
    return [label, category, `around ${signs.join(' ')}`, '', '', '']
  }
  const { passed, least, most } = probe(detector)
  const shape = `\`${detector.formats[0] ?? ''}\`${detector.formats.length > 1 ? ' …' : ''}`
  const alone = detector.needsContext === true ? 'never' : score(most, undefined)
  return [label, category, shape, String(passed), alone, score(least, 0)]
}

function score(base: number, contextDistance: number | undefined): string {
  if (base === 0) return ''
  return scoreOf(base, {
    contextDistance,
    alone: false,
    embedded: false,
    unrelated: false,
  }).toFixed(2)
}

/** Rates random values of the shapes of a detector, the same ones every time. */
function probe(detector: FormatDetector): { passed: number; least: number; most: number } {
  const random = createRandom()
  let passed = 0
  let least = 1
  let most = 0
  for (let sample = 0; sample < samples; sample++) {
    const format = detector.formats[sample % detector.formats.length] ?? ''
    const text = valueOf(format, random)
    const value = text.replaceAll(/[^0-9A-Za-z]/g, '').toUpperCase()
    const candidate = { text, start: 0, end: text.length, value, regrouped: false }
    const base = detector.rate(value, candidate)
    if (base === 0) continue
    passed++
    least = Math.min(least, base)
    most = Math.max(most, base)
  }
  return passed === 0 ? { passed, least: 0, most: 0 } : { passed, least, most }
}

/** A random value of a format, see `format-automaton.ts`. */
function valueOf(format: string, random: (below: number) => number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  return format.replaceAll(
    /(.)(?:\{(\d+)(?:,(\d+))?\})?/g,
    (_, sign: string, from = '1', to = from) => {
      const times = Number(from) + random(Number(to) - Number(from) + 1)
      return Array.from({ length: times }, () => {
        if (sign === '9') return String(random(10))
        if (sign === 'A') return letters.charAt(random(26))
        return sign === 'N' ? `0123456789${letters}`.charAt(random(36)) : sign
      }).join('')
    },
  )
}

/** Numbers below a bound by a linear congruential generator: as good as needed here, and always the same. */
function createRandom(): (below: number) => number {
  let state = 1
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * below)
  }
}

function secretsOf(rules: readonly TokenRule[]): string {
  const labels = [...new Set(rules.map(({ label }) => label))].toSorted()
  const rows = labels.map((label) => {
    const ids = rules.filter((rule) => rule.label === label).map(({ id }) => id)
    return `- \`${label}\`: ${[...new Set(ids)].toSorted().join(', ')}\n`
  })
  return `## Secrets: ${rules.length} rules for tokens

Beside tokens with a known beginning, these are found: private keys (PEM, PGP, PuTTY), JSON web tokens,
passwords in addresses and command lines, values of Kubernetes secrets, and whatever is assigned to a name such
as \`password\` or \`api_key\` in nine languages and looks like a secret.

${rows.join('')}`
}
