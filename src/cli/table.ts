/**
 * Reads a table of cells (RFC 4180): cells may be quoted, quotes in them are doubled, and quoted cells may hold
 * line ends. Empty lines are left out.
 * @param separator one character, such as a comma or a tab
 */
export function readTable(text: string, separator: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    const { cell, end } = readCell(text, at, separator)
    row.push(cell)
    at = end
    if (text[at] === separator) {
      at++
      // A separator at the very end stands before an empty cell.
      if (at < text.length) continue
      row.push('')
    }
    if (text.startsWith('\r\n', at)) at += 2
    else if (at < text.length) at++
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}

/** Reads the cell at an offset; `end` is that of the separator, the line end or the end of the text behind it. */
function readCell(
  text: string,
  start: number,
  separator: string,
): { readonly cell: string; readonly end: number } {
  let at = start
  let cell = ''
  if (text[at] === '"') {
    for (;;) {
      const quote = text.indexOf('"', at + 1)
      if (quote < 0) return { cell: cell + text.slice(at + 1), end: text.length }
      cell += text.slice(at + 1, quote)
      at = quote + 1
      if (text[at] !== '"') break
      cell += '"'
    }
  }
  const from = at
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++
  return { cell: cell + text.slice(from, at), end: at }
}
