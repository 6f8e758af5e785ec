import { renderMetric } from './exposition.ts'

/** A number that only grows. Amounts that are negative or not finite are ignored. */
export interface Counter {
  add(amount: number): void
}

/** A number that goes up and down. */
export interface Gauge {
  set(value: number): void
  add(amount: number): void
}

/** A distribution of observed values. */
export interface Histogram {
  observe(value: number): void
}

/** A metric with labels: one child for each combination of values, to be kept where it is used often. */
export interface Family<Label extends string, Child> {
  /** Returns the child of these values; beyond `maxSeries` combinations all share the child `other`. */
  with(labels: Readonly<Record<Label, string>>): Child
}

export interface MetricOptions<Label extends string = never> {
  readonly name: string
  readonly help: string
  readonly labels?: readonly Label[]
  /** Most combinations of label values that are told apart. */
  readonly maxSeries?: number
}

export interface HistogramOptions<Label extends string = never> extends MetricOptions<Label> {
  /** Upper bounds of the buckets, ascending, without infinity. */
  readonly buckets: readonly number[]
}

/** A distribution counted elsewhere; `counts` has one entry more than `bounds`, for the rest. */
export interface Distribution {
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  readonly sum: number
}

/** The metrics of a process, and their text for Prometheus. */
export interface MetricsRegistry {
  counter<Label extends string = never>(options: MetricOptions<Label>): Family<Label, Counter>
  gauge<Label extends string = never>(options: MetricOptions<Label>): Family<Label, Gauge>
  histogram<Label extends string = never>(
    options: HistogramOptions<Label>,
  ): Family<Label, Histogram>
  /** Declares a number that is asked for at each scrape; `undefined` leaves it out. */
  collect(type: 'counter' | 'gauge', options: MetricOptions, read: () => number | undefined): void
  /** Declares a distribution that is asked for at each scrape. */
  collectHistogram(options: MetricOptions, read: () => Distribution): void
  /** Returns all metrics in the Prometheus text format 0.0.4. */
  render(): string
}

/** One line, or one group of histogram lines, of a metric. */
export interface Series {
  readonly labels: readonly string[]
  read(): number | Distribution | undefined
}

/** A declared metric as the renderer sees it. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly labelNames: readonly string[]
  series(): Iterable<Series>
}

const defaultMaxSeries = 500
const maxLabelLength = 128
const overflowLabel = 'other'
const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const labelPattern = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/

/** Makes an empty registry. */
export function createMetricsRegistry(): MetricsRegistry {
  const metrics = new Map<string, Metric>()

  function declare(metric: Metric): void {
    checkNames(metric)
    if (metrics.has(metric.name)) throw new Error(`metric ${metric.name} is declared twice`)
    metrics.set(metric.name, metric)
  }

  function family<Label extends string, Child extends Series>(
    type: Metric['type'],
    options: MetricOptions<Label>,
    create: (labels: readonly string[]) => Child,
  ): Family<Label, Child> {
    const { name, help, labels: labelNames = [], maxSeries = defaultMaxSeries } = options
    const children = createChildren(labelNames, maxSeries, create)
    declare({ name, help, type, labelNames, series: () => children.all() })
    return children
  }

  return {
    counter: (options) => family('counter', options, (labels) => new NumberSeries(labels, true)),
    gauge: (options) => family('gauge', options, (labels) => new NumberSeries(labels, false)),
    histogram(options) {
      checkBuckets(options)
      const { buckets } = options
      return family('histogram', options, (labels) => new HistogramSeries(labels, buckets))
    },
    collect: (type, { name, help }, read) =>
      declare({ name, help, type, labelNames: [], series: () => [{ labels: [], read }] }),
    collectHistogram: ({ name, help }, read) =>
      declare({
        name,
        help,
        type: 'histogram',
        labelNames: [],
        series: () => [{ labels: [], read }],
      }),
    render: () => Array.from(metrics.values(), renderMetric).join(''),
  }
}

class NumberSeries implements Counter, Gauge, Series {
  readonly labels: readonly string[]
  readonly #onlyGrows: boolean
  #value = 0

  constructor(labels: readonly string[], onlyGrows: boolean) {
    this.labels = labels
    this.#onlyGrows = onlyGrows
  }

  add(amount: number): void {
    if (this.#onlyGrows && !(amount >= 0 && amount < Infinity)) return
    this.#value += amount
  }

  set(value: number): void {
    this.#value = value
  }

  read(): number {
    return this.#value
  }
}

class HistogramSeries implements Histogram, Distribution, Series {
  readonly labels: readonly string[]
  readonly bounds: readonly number[]
  readonly counts: number[]
  sum = 0

  constructor(labels: readonly string[], bounds: readonly number[]) {
    this.labels = labels
    this.bounds = bounds
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  observe(value: number): void {
    if (Number.isNaN(value)) return
    let bucket = 0
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? Infinity)) bucket++
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.sum += value
  }

  read(): Distribution {
    return this
  }
}

/** Keeps the children of one metric, at most `maxSeries` of them and one for all others. */
function createChildren<Label extends string, Child>(
  labelNames: readonly Label[],
  maxSeries: number,
  create: (labels: readonly string[]) => Child,
): Family<Label, Child> & { all(): Iterable<Child> } {
  const children = new Map<string, Child>()
  // Without labels there is one series, and it is there from the start: zero is information.
  if (labelNames.length === 0) children.set('', create([]))
  const keyOf = (values: readonly string[]): string =>
    values.map((value) => `${value.length}:${value}`).join('')

  function find(values: readonly string[]): Child {
    const key = keyOf(values)
    const known = children.get(key)
    if (known !== undefined) return known
    if (children.size >= maxSeries) {
      const overflow = labelNames.map(() => overflowLabel)
      return findOrAdd(keyOf(overflow), overflow)
    }
    return findOrAdd(key, values)
  }

  function findOrAdd(key: string, values: readonly string[]): Child {
    const child = children.get(key) ?? create(values)
    children.set(key, child)
    return child
  }

  return {
    with: (labels) => find(labelNames.map((name) => labels[name].slice(0, maxLabelLength))),
    all: () => children.values(),
  }
}

function checkNames({ name, labelNames, type }: Metric): void {
  if (!namePattern.test(name)) throw new Error(`${name} is no valid metric name`)
  for (const label of labelNames) {
    if (labelPattern.test(label) && !(type === 'histogram' && label === 'le')) continue
    throw new Error(`${label} is no valid label name for metric ${name}`)
  }
}

function checkBuckets({ name, buckets }: HistogramOptions<string>): void {
  const ascends = buckets.every(
    (bound, index) => Number.isFinite(bound) && (index === 0 || bound > (buckets[index - 1] ?? 0)),
  )
  if (!ascends) throw new Error(`the buckets of metric ${name} do not ascend`)
}
