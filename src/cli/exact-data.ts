import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { exactDataLimits, hashTable, parseColumns } from '../compliance/index.ts'
import type { ColumnReport, HashResult } from '../compliance/index.ts'
import { parseArguments, UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'

const keyVariable = 'SMARTFLOW_EXACT_DATA_KEY'

const usage = `Prepare tables of customers so that their rows are found, without the table leaving its place.

  smartflow exact-data hash --table clients.csv --columns iban,surname+birthdate --out clients.edm
    --table FILE           comma-separated values in UTF-8, names of columns in the first row
    --columns A,B+C        columns to look for; those joined by + count only together
    --out FILE             file for the gateway: keyed hashes only, useless without the key
    --key-file FILE        file with the key, at least ${exactDataLimits.leastKeyLength} characters
    --key-env NAME         or variable with the key (default: ${keyVariable})
    --name NAME            name of the table in the file (default: name of its file)

  A key: openssl rand -hex 32. The configuration names the same one as a reference, and the file:

  compliance:
    exactData:
      - { name: clients, file: clients.edm, key: "\${env:${keyVariable}}", minColumns: 2 }
`

/** `smartflow exact-data hash`: hashes a table for exact data matching, offline. */
export async function runExactDataCommand(args: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || args.includes('--help')) {
    io.stdout(usage)
    return name === undefined ? 2 : 0
  }
  if (name !== 'hash') {
    throw new UsageError(`Unknown command 'exact-data ${name}'. Did you mean 'hash'?`)
  }
  return hashCommand(rest, io)
}

const options = ['table', 'columns', 'out', 'key-file', 'key-env', 'name'] as const

async function hashCommand(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, options)
  const [word] = parsed.positional
  if (word !== undefined) throw new UsageError(`Unexpected word '${word}'. Name files by options.`)
  const table = needed(parsed, 'table', 'the table, such as --table clients.csv')
  const columns = needed(parsed, 'columns', 'its columns, such as --columns iban,surname+birthdate')
  const out = resolve(io.cwd, needed(parsed, 'out', 'where to write, such as --out clients.edm'))
  const result = hashTable({
    csv: readTableFile(resolve(io.cwd, table), table),
    file: table,
    table: parsed.options.get('name') ?? basename(table, extname(table)),
    columns: parseColumns(columns),
    key: keyOf(parsed, io),
    salt: randomBytes(16),
  })
  // Whoever reads the file, such as a running gateway, finds all of it or the one before.
  writeFileSync(`${out}.new`, result.bytes, { mode: 0o600 })
  renameSync(`${out}.new`, out)
  io.stdout(summaryOf(result, out))
  return 0
}

function needed({ options: given }: Arguments, name: string, what: string): string {
  const value = given.get(name)
  if (value === undefined || value === '') throw new UsageError(`Say ${what}.`)
  return value
}

function readTableFile(path: string, shown: string): string {
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? {}
  if (size === undefined) throw new UsageError(`There is no table ${shown}.`)
  // A text of more characters than this cannot be held in one piece.
  if (size > exactDataLimits.bytes) {
    throw new UsageError(
      `The table ${shown} holds ${size} bytes; ${exactDataLimits.bytes} are the most. Divide it.`,
    )
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(`The table ${shown} is not UTF-8. Save it in UTF-8.`)
  }
}

/** The key comes from a file or the environment, never from the command line, where others could see it. */
function keyOf({ options: given }: Arguments, io: CliIo): string {
  const file = given.get('key-file')
  const variable = given.get('key-env') ?? keyVariable
  const key =
    file === undefined
      ? (io.environment[variable] ?? '')
      : readFileSync(resolve(io.cwd, file), 'utf8').replace(/\r?\n$/, '')
  if (key.length >= exactDataLimits.leastKeyLength) return key
  const place = file === undefined ? `the variable ${variable}` : `the file ${file}`
  throw new UsageError(
    `There is no key of ${exactDataLimits.leastKeyLength} characters in ${place}. Make one: openssl rand -hex 32.`,
  )
}

function summaryOf({ rows, values, keyId, columns, bytes }: HashResult, out: string): string {
  const lines = columns.map((column) => `  ${column.name}: ${remarksOn(column, rows)}\n`)
  return (
    `Hashed ${rows} rows, ${values} different values, with key ${keyId}.\n` +
    lines.join('') +
    `Wrote ${out}, ${bytes.length} bytes.\n`
  )
}

function remarksOn({ empty, unfit, common }: ColumnReport, rows: number): string {
  const remarks = [
    `${rows - empty - unfit} cells`,
    ...(empty > 0 ? [`${empty} empty`] : []),
    ...(unfit > 0 ? [`${unfit} too short or too long to look for`] : []),
    ...(common > 0
      ? [`${common} in more than ${exactDataLimits.sharedRows} rows, found only beside rarer ones`]
      : []),
  ]
  return remarks.join(', ')
}
