import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createExactDataFinder, readTable } from '../compliance/index.ts'
import { runExactDataCommand } from './exact-data.ts'
import { UsageError } from './io.ts'

const key = 'a key of tests that is long enough'
let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'smartflow-exact-data-'))
  writeFileSync(join(cwd, 'clients.csv'), 'name,iban\nWeber,DE89370400440532013000\nRossi,\n')
  writeFileSync(join(cwd, 'key'), `${key}\n`)
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function run(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = ''
  const code = await runExactDataCommand(args, {
    stdout: (text) => void (out += text),
    stderr: (text) => void (out += text),
    environment: { SMARTFLOW_EXACT_DATA_KEY: key, SHORT: 'short' },
    cwd,
  })
  return { code, out }
}

const good = ['hash', '--table', 'clients.csv', '--columns', 'name+iban', '--out', 'clients.edm']

test('a table becomes a file that finds its rows', async () => {
  const { code, out } = await run(...good)
  expect(code).toBe(0)
  expect(out).toContain('Hashed 2 rows, 3 different values')
  expect(out).toContain('iban: 1 cells, 1 empty')
  const bytes = readFileSync(join(cwd, 'clients.edm'))
  expect(bytes.includes('DE8937')).toBe(false)
  const table = readTable(bytes, { name: 'clients', file: 'clients.edm', key })
  expect(createExactDataFinder([table]).find('Weber: DE89 3704 0044 0532 0130 00')).toHaveLength(2)
})

test('the key may be in a file', async () => {
  await run(...good, '--key-file', 'key', '--name', 'crm')
  const table = readTable(readFileSync(join(cwd, 'clients.edm')), { name: 'c', file: 'c', key })
  expect(table.header.table).toBe('crm')
})

test.each([
  [['hash', '--columns', 'name', '--out', 'x'], /Say the table/],
  [['hash', '--table', 'gone.csv', '--columns', 'name', '--out', 'x'], /no table gone\.csv/],
  [[...good, '--key-env', 'SHORT'], /no key of 32 characters in the variable SHORT/],
  [['hsh'], /Did you mean 'hash'/],
])('wrong use is told with its cure: %j', async (args, words) => {
  const fault = await run(...args).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(UsageError)
  expect(String(fault)).toMatch(words)
})

test('a missing column is told with the ones there are', async () => {
  const args = ['hash', '--table', 'clients.csv', '--columns', 'nam', '--out', 'clients.edm']
  const fault = await run(...args).catch((error: unknown) => error)
  expect(String(fault)).toMatch(/no column 'nam'.*name, iban/)
})
