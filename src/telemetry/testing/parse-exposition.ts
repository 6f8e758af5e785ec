/** One sample line. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric as a scraper understands it. */
export interface ParsedMetric {
  readonly type: string
  readonly help: string
  readonly samples: Sample[]
}

const typeNames = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])
const suffixes = { histogram: ['_bucket', '_sum', '_count'] } as const

/**
 * Parses the Prometheus text format 0.0.4 and throws at everything its specification forbids:
 * missing or late HELP and TYPE, bad names, bad escapes, duplicate series, buckets that do not add up.
 */
export function parseExposition(text: string): Map<string, ParsedMetric> {
  if (!text.endsWith('\n')) throw new Error('the last line has no line end')
  const metrics = new Map<string, ParsedMetric>()
  const seen = new Set<string>()
  let current: { name: string; help?: string; metric?: ParsedMetric } | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/s.exec(line)
    if (comment) {
      const [, kind, name = '', rest = ''] = comment
      if (kind === 'HELP') {
        if (metrics.has(name)) throw new Error(`second HELP of ${name}`)
        current = { name, help: unescape(rest, /\\(?![\\n])/) }
        continue
      }
      if (current?.name !== name || current.metric) throw new Error(`stray TYPE: ${line}`)
      if (!typeNames.has(rest)) throw new Error(`unknown type: ${line}`)
      current.metric = { type: rest, help: current.help ?? '', samples: [] }
      metrics.set(name, current.metric)
      continue
    }
    const sample = parseSample(line)
    if (!current?.metric || !belongs(sample.name, current.name, current.metric.type)) {
      throw new Error(`sample outside of its metric: ${line}`)
    }
    const identity = JSON.stringify([
      sample.name,
      Object.keys(sample.labels)
        .sort((a, b) => (a < b ? -1 : 1))
        .map((label) => [label, sample.labels[label]]),
    ])
    if (seen.has(identity)) throw new Error(`duplicate series: ${line}`)
    seen.add(identity)
    current.metric.samples.push(sample)
  }
  for (const [name, metric] of metrics)
    if (metric.type === 'histogram') checkHistogram(name, metric)
  return metrics
}

function parseSample(line: string): Sample {
  const parts = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s.exec(line)
  if (!parts) throw new Error(`not a sample: ${line}`)
  const [, name = '', pairs, number = ''] = parts
  const labels: Record<string, string> = {}
  let rest = pairs ?? ''
  while (rest !== '') {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,(?=.)|$)/s.exec(rest)
    if (!pair) throw new Error(`bad labels: ${line}`)
    const [whole, label = '', value = ''] = pair
    if (label in labels) throw new Error(`label twice: ${line}`)
    labels[label] = unescape(value, /\\(?!["\\n])/)
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: parseValue(number, line) }
}

function parseValue(text: string, line: string): number {
  if (text === '+Inf') return Infinity
  if (text === '-Inf') return -Infinity
  if (text === 'NaN') return NaN
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error(`bad value: ${line}`)
  return Number(text)
}

function unescape(text: string, forbidden: RegExp): string {
  if (forbidden.test(text.replaceAll('\\\\', ''))) throw new Error(`bad escape: ${text}`)
  return text.replaceAll(/\\(.)/gs, (_, character: string) =>
    character === 'n' ? '\n' : character,
  )
}

function belongs(sample: string, metric: string, type: string): boolean {
  if (type !== 'histogram') return sample === metric
  return suffixes.histogram.some((suffix) => sample === metric + suffix)
}

function checkHistogram(name: string, { samples }: ParsedMetric): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _le, ...labels } }) =>
    JSON.stringify(labels),
  )
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map((bucket) => parseValue(bucket.labels['le'] ?? '', name))
    const counts = buckets.map((bucket) => bucket.value)
    const ascends = (values: number[]) =>
      values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0))
    const total = group.find((sample) => sample.name === `${name}_count`)?.value
    const hasSum = group.some((sample) => sample.name === `${name}_sum`)
    if (!ascends(bounds) || bounds.at(-1) !== Infinity) throw new Error(`bad bounds of ${name}`)
    if (!ascends(counts) || counts.at(-1) !== total || !hasSum)
      throw new Error(`bad sums of ${name}`)
  }
}
