import { CsvReader } from './csv-reader.ts'

/** How terms are written in a file: one a line, a column of a table, or a list `terms:`. */
export type TermFormat = 'lines' | 'csv' | 'yaml'

/** A term as it stands in its file. */
export interface WrittenTerm {
  readonly value: string
  /** Counted from 1. */
  readonly line: number
}

/** What is wrong with the form of a file of terms. */
export class TermFileFault extends Error {
  override readonly name = 'TermFileFault'
  readonly line: number
  readonly cure: string

  constructor(line: number, problem: string, cure: string) {
    super(problem)
    this.line = line
    this.cure = cure
  }
}

/** The format that the ending of a file name tells. */
export function formatOf(file: string): TermFormat {
  if (/\.(csv|tsv)$/i.test(file)) return 'csv'
  return /\.ya?ml$/i.test(file) ? 'yaml' : 'lines'
}

/**
 * Reads the terms of a file in order.
 *
 * @param column name or number (from 1) of the column of a table; the first when left out
 * @throws {TermFileFault} when the file is not in its format.
 */
export function readTerms(
  text: string,
  format: TermFormat,
  column?: string,
): Generator<WrittenTerm> {
  switch (format) {
    case 'lines':
      return readLines(text)
    case 'csv':
      return readColumn(text, column)
    case 'yaml':
      return readList(text)
  }
}

/** One term a line; lines that begin with `#` are comments, `\#` begins a term with that sign. */
function* readLines(text: string): Generator<WrittenTerm> {
  for (const { value, line } of linesOf(text)) {
    const term = value.trim()
    if (term === '' || term.startsWith('#')) continue
    yield { value: term.startsWith('\\#') ? term.slice(1) : term, line }
  }
}

function* readColumn(text: string, column = '1'): Generator<WrittenTerm> {
  const reader = new CsvReader(text)
  const head = reader.next() ?? []
  const names = head.map((name) => name.trim())
  const named = names.indexOf(column)
  const index = named >= 0 ? named : /^[1-9]\d{0,3}$/.test(column) ? Number(column) - 1 : -1
  if (index < 0 || index >= head.length) {
    throw new TermFileFault(
      1,
      `there is no column '${column}'`,
      `Name one of its columns in 'column': ${names.slice(0, 20).join(', ')}.`,
    )
  }
  for (let row = reader.next(); row !== undefined; row = reader.next()) {
    yield { value: (row[index] ?? '').trim(), line: reader.line }
  }
}

const listCure = "Write 'terms:' and under it one '- term' on each line."

/** The part of YAML that a list of terms needs: `terms:` and an item on each line, plain or quoted. */
function* readList(text: string): Generator<WrittenTerm> {
  let isOpen = false
  for (const { value, line } of linesOf(text)) {
    const content = value.trim()
    if (content === '' || content.startsWith('#') || content === '---') continue
    if (/^terms\s*:(\s+#.*)?$/.test(value) && !isOpen) {
      isOpen = true
      continue
    }
    const item = /^\s*-(?:\s+(.*))?$/.exec(value.trimEnd())
    if (!isOpen || item === null)
      throw new TermFileFault(line, 'this is no item of a list', listCure)
    yield { value: readScalar(item[1] ?? '', line), line }
  }
}

function readScalar(written: string, line: number): string {
  const quoted = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(#.*)?$/.exec(written)?.[1]
  if (quoted?.startsWith("'")) return quoted.slice(1, -1).replaceAll("''", "'").trim()
  if (quoted !== undefined) {
    try {
      return String(JSON.parse(quoted)).trim()
    } catch (error) {
      const cure = 'Write escapes as in JSON, or put the term in single quotes.'
      throw new TermFileFault(line, `a quoted term cannot be read (${String(error)})`, cure)
    }
  }
  if (/^["'[\]{}&*!|>%@`]/.test(written) || /:(\s|$)/.test(written)) {
    throw new TermFileFault(line, 'an item is not a plain text', 'Put the term in single quotes.')
  }
  return written.replace(/(^|\s)#.*$/, '').trim()
}

function* linesOf(text: string): Generator<WrittenTerm> {
  let line = 1
  for (let at = 0; at < text.length; line++) {
    const end = text.indexOf('\n', at)
    const stop = end < 0 ? text.length : end
    yield { value: text.slice(at, stop), line }
    at = stop + 1
  }
}
