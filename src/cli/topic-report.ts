import type { Topic } from '../compliance/index.ts'

/** Renders what a topic was trained from, and how well it tells texts apart, for people. */
export function renderSummary({ label, threshold, summary }: Topic): string {
  const { examples, others, background, measuredBy, falseAlarmRate, quality } = summary
  const how = measuredBy === 'holdout' ? 'on texts that were set aside' : 'by cross-validation'
  const rows = quality.map(({ minScore, precision, recall, falseAlarms }) => [
    `${minScore.toFixed(2)}${minScore === threshold ? ' *' : ''}`,
    percent(precision),
    percent(recall),
    percent(falseAlarms),
  ])
  return (
    `Topic ${label}: ${examples} examples, ${others} other texts, ${background} of the background.\n` +
    `Measured ${how}:\n\n` +
    renderTable(['MIN SCORE', 'PRECISION', 'RECALL', 'FALSE ALARMS'], rows) +
    `\n* suggested for false alarms of at most ${percent(falseAlarmRate)}; it holds where the configuration names\n` +
    '  no minScore. Precision is that of as many texts of the topic as others.\n'
  )
}

/** Renders rows below their heads, in columns as wide as their widest cell. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => Bun.stringWidth(row[column] ?? ''))),
  )
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - Bun.stringWidth(cell)))
      .join('  ')
      .trimEnd()
  return [head, ...rows].map((row) => `${lineOf(row)}\n`).join('')
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}
