import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, resolve } from 'node:path'
import { asString, isObject, parseJson } from '../core/json.ts'
import { UsageError } from './io.ts'
import { readTable } from './table.ts'

/** A text of a file, and where it is from, such as `notes.txt` or `examples.jsonl:12`. */
export interface NamedText {
  readonly name: string
  readonly text: string
}

/** How files are read as texts. */
export interface TextOptions {
  readonly cwd: string
  /** Member or column that holds the text, in files of many texts. */
  readonly field: string
  /** Most bytes of all files together. */
  readonly maxBytes: number
}

/**
 * Reads texts from files, folders and patterns such as `notes/*.txt`. A file is one text; `.jsonl` and `.json` hold
 * one in each entry, `.csv` and `.tsv` one in each row. Throws a `UsageError` that names the file and the line.
 */
export async function readTexts(
  words: readonly string[],
  { cwd, field, maxBytes }: TextOptions,
): Promise<NamedText[]> {
  const texts: NamedText[] = []
  let bytesLeft = maxBytes
  for (const path of await filesOf(words, cwd)) {
    const name = relative(cwd, path) || path
    const bytes = await readFile(path)
    bytesLeft -= bytes.length
    if (bytesLeft < 0)
      throw new UsageError(`The files hold more than ${maxBytes >> 20} MiB. Give fewer.`)
    texts.push(...textsOf(name, decode(name, bytes), field))
  }
  return texts
}

async function filesOf(words: readonly string[], cwd: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const word of words) {
    const path = resolve(cwd, word)
    const stats = await stat(path).catch(() => undefined)
    if (stats?.isFile()) found.push(path)
    else if (stats?.isDirectory()) found.push(...(await filesIn(path)))
    else found.push(...(await filesLike(word, cwd)))
  }
  return [...new Set(found)]
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
  if (paths.length === 0) throw new UsageError(`There are no files in ${folder}.`)
  return paths.toSorted()
}

async function filesLike(pattern: string, cwd: string): Promise<readonly string[]> {
  const paths = /[*?[{]/.test(pattern)
    ? await Array.fromAsync(new Bun.Glob(pattern).scan({ cwd, absolute: true }))
    : []
  if (paths.length === 0) throw new UsageError(`There is no file ${pattern}.`)
  return paths.toSorted()
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // It is told below what is wrong.
  }
  throw new UsageError(`${name} is not text in UTF-8. Convert it to plain text first.`)
}

function textsOf(name: string, content: string, field: string): readonly NamedText[] {
  switch (extname(name).toLowerCase()) {
    case '.jsonl':
    case '.ndjson':
      return linesOf(content).map(({ line, text }) => ({
        name: `${name}:${line}`,
        text: entryText(`${name}:${line}`, parseJson(text), field),
      }))
    case '.json': {
      const entries = parseJson(content)
      if (!Array.isArray(entries)) throw new UsageError(`${name} is not a JSON list of texts.`)
      return entries.map((entry, at) => ({
        name: `${name}[${at}]`,
        text: entryText(`${name}[${at}]`, entry, field),
      }))
    }
    case '.csv':
      return tableTexts(name, readTable(content, ','), field)
    case '.tsv':
      return tableTexts(name, readTable(content, '\t'), field)
    default:
      return [{ name, text: content }]
  }
}

function linesOf(content: string): readonly { readonly line: number; readonly text: string }[] {
  return content
    .split('\n')
    .map((text, at) => ({ line: at + 1, text: text.trim() }))
    .filter(({ text }) => text !== '')
}

function entryText(place: string, entry: unknown, field: string): string {
  const text = asString(entry) ?? (isObject(entry) ? asString(entry[field]) : undefined)
  if (text !== undefined) return text
  const members = isObject(entry) ? Object.keys(entry).slice(0, 10).join(', ') : ''
  throw new UsageError(
    `${place}: expected a text or an object with the text in "${field}"` +
      (members === '' ? '.' : `; its members are ${members}: name one with --field.`),
  )
}

function tableTexts(
  name: string,
  rows: readonly (readonly string[])[],
  field: string,
): readonly NamedText[] {
  const [head = []] = rows
  const column = head.findIndex((cell) => cell.trim().toLowerCase() === field.toLowerCase())
  const isPlain = column < 0 && rows.every((row) => row.length === 1)
  if (column < 0 && !isPlain) {
    const columns = head.slice(0, 10).join(', ')
    throw new UsageError(
      `${name}: there is no column "${field}", only ${columns}: name one with --field.`,
    )
  }
  return rows.slice(isPlain ? 0 : 1).map((row, at) => ({
    name: `${name} row ${at + (isPlain ? 1 : 2)}`,
    text: row[Math.max(0, column)] ?? '',
  }))
}
