import { createTermFinder, loadDictionary } from '../src/compliance/dictionaries/index.ts'
import {
  createExactDataFinder,
  hashTable,
  parseColumns,
  readTable,
} from '../src/compliance/exact-data/index.ts'
import { costPerKilobyte } from './support/data.ts'
import { prose } from './support/prose.ts'
import type { Row } from './support/row.ts'

export const name = 'dictionaries'

/** Measures dictionaries and tables of exact data with terms and rows made up here: cost, build time, memory. */
export function run(): Promise<Row[]> {
  return Promise.resolve([
    ...measureDictionary(100_000, 10),
    ...measureDictionary(1_000_000, undefined),
    ...measureExactData(1_000_000),
  ])
}

function measureDictionary(count: number, mostCost: number | undefined): Row[] {
  const random = createRandom(count)
  const terms = Array.from({ length: count }, () => termOf(random))
  const content = new TextEncoder().encode(terms.join('\n'))
  const sample = terms.slice(0, 2_000)
  terms.length = 0
  const before = memoryInUse()
  const start = performance.now()
  const finder = createTermFinder([loadDictionary(content, { name: 'terms', file: 'terms.txt' })])
  const buildMs = performance.now() - start
  const memory = memoryInUse() - before
  const found = sample.filter((term) => finder.find(`The ${term.toUpperCase()}, so.`).length > 0)
  const subject = `${count.toLocaleString('en')} terms`
  const cost = (texts: readonly string[]): number => {
    // Compiled as in a gateway that has run for some seconds.
    for (let round = 0; round < 20; round++) costPerKilobyte(texts, (text) => finder.find(text))
    return costPerKilobyte(texts, (text) => finder.find(text))
  }
  const most = mostCost === undefined ? {} : { most: mostCost }
  return [
    { subject, metric: 'found in capitals', value: found.length / 2_000, unit: 'ratio', least: 1 },
    { subject, metric: 'build', value: buildMs, unit: 'ms', most: 3_000 },
    { subject, metric: 'memory', value: memory, unit: 'MB', most: 150 },
    { subject, metric: 'cost on prose', value: cost(prose), unit: 'µs/kB', ...most },
    {
      subject,
      metric: 'cost on prose with a term in each line',
      value: cost(prose.map((line, index) => `${line} ${sample[index]}`)),
      unit: 'µs/kB',
    },
  ]
}

function measureExactData(count: number): Row[] {
  const random = createRandom(count)
  const rows = Array.from({ length: count }, (_, index) => rowOf(random, index))
  const start = performance.now()
  const { bytes } = hashTable({
    csv: `first,last,birthdate,account\n${rows.map((row) => row.join()).join('\n')}`,
    file: 'clients.csv',
    table: 'clients',
    columns: parseColumns('last,birthdate,account'),
    key,
    salt: new Uint8Array(16),
  })
  const hashMs = performance.now() - start
  const sample = rows.slice(0, 2_000)
  rows.length = 0
  const before = memoryInUse()
  const readStart = performance.now()
  const table = readTable(bytes, { name: 'clients', file: 'clients.edm', key })
  const readMs = performance.now() - readStart
  const memory = memoryInUse() - before
  const finder = createExactDataFinder([table])
  const found = sample.filter(
    ([, last, birthdate, account]) =>
      finder.find(`Mr ${last}, born ${birthdate}, has account ${account}.`).length === 3,
  )
  const apart = sample.filter(([first, last]) => finder.find(`${first} ${last}`).length > 0)
  for (let round = 0; round < 20; round++) costPerKilobyte(prose, (text) => finder.find(text))
  const subject = `${count.toLocaleString('en')} rows`
  const cost = costPerKilobyte(prose, (text) => finder.find(text))
  return [
    { subject, metric: 'rows found', value: found.length / 2_000, unit: 'ratio', least: 1 },
    { subject, metric: 'names alone found', value: apart.length / 2_000, unit: 'ratio', most: 0 },
    { subject, metric: 'hash', value: hashMs, unit: 'ms' },
    { subject, metric: 'read', value: readMs, unit: 'ms' },
    { subject, metric: 'memory', value: memory, unit: 'MB' },
    { subject, metric: 'cost on prose', value: cost, unit: 'µs/kB', most: 15 },
  ]
}

const key = 'a key only for measuring, of enough length'
const syllables =
  'ba ko ri ten mar lu vi so pra del ne gor tis ham ola que zy ford wick stein'.split(' ')

type Random = (below: number) => number

/** The same numbers in every run. */
function createRandom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
}

function wordOf(random: Random): string {
  const word = Array.from({ length: 2 + random(3) }, () => syllables[random(20)]).join('')
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function termOf(random: Random): string {
  return Array.from({ length: 1 + random(3) }, () => wordOf(random)).join(' ')
}

function rowOf(random: Random, index: number): readonly string[] {
  const date = [1940 + random(70), 1 + random(12), 1 + random(28)]
  const birthdate = date.map((part) => String(part).padStart(2, '0')).join('-')
  return [wordOf(random), wordOf(random), birthdate, `DE${10_000_000_000 + index * 7919}`]
}

/** Memory of the process after tidying up, in MB. */
function memoryInUse(): number {
  Bun.gc(true)
  return process.memoryUsage().rss / 1_000_000
}
