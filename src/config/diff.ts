const contextLines = 3
/** Beyond this many cells the middle of two texts counts as replaced as a whole. */
const maxCells = 4_000_000

interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** Compares two texts line by line; returns a unified diff without file headers, empty when equal. */
export function unifiedDiff(before: string, after: string): string {
  const lines = compare(linesOf(before), linesOf(after))
  const hunks: string[] = []
  let at = 0
  while (at < lines.length) {
    const first = lines.findIndex((line, index) => index >= at && line.mark !== ' ')
    if (first < 0) break
    const end = endOfHunk(lines, first)
    const start = Math.max(at, first - contextLines)
    hunks.push(renderHunk(lines, start, end))
    at = end
  }
  return hunks.join('')
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function compare(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1
  let tail = 0
  while (
    tail < Math.min(before.length, after.length) - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1
  }
  const kept = (text: string): Line => ({ mark: ' ', text })
  return [
    ...before.slice(0, head).map(kept),
    ...compareMiddle(
      before.slice(head, before.length - tail),
      after.slice(head, after.length - tail),
    ),
    ...before.slice(before.length - tail).map(kept),
  ]
}

/** Longest common subsequence by the textbook table. */
function compareMiddle(before: readonly string[], after: readonly string[]): Line[] {
  const width = after.length + 1
  const removed = before.map((text): Line => ({ mark: '-', text }))
  const added = after.map((text): Line => ({ mark: '+', text }))
  if ((before.length + 1) * width > maxCells) return [...removed, ...added]
  const table = new Uint32Array((before.length + 1) * width)
  const common = (row: number, column: number): number => table[row * width + column] ?? 0
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      table[row * width + column] =
        before[row] === after[column]
          ? common(row + 1, column + 1) + 1
          : Math.max(common(row + 1, column), common(row, column + 1))
    }
  }
  const lines: Line[] = []
  let row = 0
  let column = 0
  while (row < before.length && column < after.length) {
    if (before[row] === after[column]) {
      lines.push({ mark: ' ', text: before[row] ?? '' })
      row += 1
      column += 1
    } else if (common(row + 1, column) >= common(row, column + 1)) {
      lines.push({ mark: '-', text: before[row++] ?? '' })
    } else lines.push({ mark: '+', text: after[column++] ?? '' })
  }
  return [...lines, ...removed.slice(row), ...added.slice(column)]
}

/** Changes closer together than two contexts share a hunk. */
function endOfHunk(lines: readonly Line[], first: number): number {
  let last = first
  for (let at = first; at < lines.length && at - last <= contextLines * 2; at++) {
    if (lines[at]?.mark !== ' ') last = at
  }
  return Math.min(lines.length, last + 1 + contextLines)
}

function renderHunk(lines: readonly Line[], start: number, end: number): string {
  const count = (from: number, to: number, mark: string): number =>
    lines.slice(from, to).filter((line) => line.mark !== mark).length
  const range = (other: string): string => {
    const length = count(start, end, other)
    return `${count(0, start, other) + (length === 0 ? 0 : 1)},${length}`
  }
  const body = lines.slice(start, end).map((line) => `${line.mark}${line.text}\n`)
  return `@@ -${range('+')} +${range('-')} @@\n${body.join('')}`
}
