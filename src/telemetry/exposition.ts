import type { Distribution, Metric } from './metrics.ts'

/** Writes one metric in the Prometheus text format 0.0.4. */
export function renderMetric(metric: Metric): string {
  const { name, help, type, labelNames } = metric
  const lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`]
  for (const series of metric.series()) {
    const value = series.read()
    const pairs = labelNames.map((label, index) => pair(label, series.labels[index] ?? ''))
    if (typeof value === 'number') lines.push(sample(name, pairs, value))
    else if (value !== undefined) lines.push(...distribution(name, pairs, value))
  }
  return lines.join('\n') + '\n'
}

function distribution(
  name: string,
  pairs: readonly string[],
  { bounds, counts, sum }: Distribution,
): string[] {
  const lines: string[] = []
  let cumulative = 0
  counts.forEach((count, index) => {
    cumulative += count
    const limit = pair('le', number(bounds[index] ?? Infinity))
    lines.push(sample(`${name}_bucket`, [...pairs, limit], cumulative))
  })
  lines.push(sample(`${name}_sum`, pairs, sum), sample(`${name}_count`, pairs, cumulative))
  return lines
}

function sample(name: string, pairs: readonly string[], value: number): string {
  const labels = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  return `${name}${labels} ${number(value)}`
}

function pair(label: string, value: string): string {
  const escaped = value
    .toWellFormed()
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
  return `${label}="${escaped}"`
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)
}

function number(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}
