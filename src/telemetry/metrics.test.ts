import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createMetricsRegistry } from './metrics.ts'
import { parseExposition } from './testing/parse-exposition.ts'

test('counters, gauges and histograms are shown as they were counted', () => {
  const registry = createMetricsRegistry()
  const calls = registry.counter({ name: 'calls_total', help: 'Calls.', labels: ['status'] })
  const ok = calls.with({ status: '200' })
  ok.add(1)
  ok.add(2.5)
  calls.with({ status: '503' }).add(1)
  const queue = registry.gauge({ name: 'queue', help: 'Queue.' }).with({})
  queue.set(7)
  queue.add(-9)
  const seconds = registry.histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [0.1, 1] })
  for (const value of [0.05, 0.1, 0.5, 30]) seconds.with({}).observe(value)
  expect(registry.render()).toBe(
    [
      '# HELP calls_total Calls.',
      '# TYPE calls_total counter',
      'calls_total{status="200"} 3.5',
      'calls_total{status="503"} 1',
      '# HELP queue Queue.',
      '# TYPE queue gauge',
      'queue -2',
      '# HELP wait_seconds Wait.',
      '# TYPE wait_seconds histogram',
      'wait_seconds_bucket{le="0.1"} 2',
      'wait_seconds_bucket{le="1"} 3',
      'wait_seconds_bucket{le="+Inf"} 4',
      'wait_seconds_sum 30.65',
      'wait_seconds_count 4',
      '',
    ].join('\n'),
  )
})

test('a child is the same object for the same values, so it may be kept', () => {
  const calls = createMetricsRegistry().counter({ name: 'c', help: '', labels: ['a', 'b'] })
  expect(calls.with({ a: 'x', b: 'y' })).toBe(calls.with({ b: 'y', a: 'x' }))
  expect(calls.with({ a: 'xy', b: '' })).not.toBe(calls.with({ a: 'x', b: 'y' }))
  expect(calls.with({ a: '1:', b: '' })).not.toBe(calls.with({ a: '', b: '1:' }))
})

test('beyond the limit of series all others are counted together', () => {
  const registry = createMetricsRegistry()
  const calls = registry.counter({ name: 'c', help: '', labels: ['user'], maxSeries: 3 })
  for (let user = 0; user < 1000; user++) calls.with({ user: `u${user}` }).add(1)
  calls.with({ user: 'u1' }).add(1)
  const samples = parseExposition(registry.render()).get('c')?.samples ?? []
  expect(samples.map(({ labels, value }) => [labels['user'], value])).toEqual([
    ['u0', 1],
    ['u1', 2],
    ['u2', 1],
    ['other', 997],
  ])
})

test('counters never fall and histograms ignore what is no number', () => {
  const registry = createMetricsRegistry()
  const counter = registry.counter({ name: 'c', help: '' }).with({})
  for (const amount of [5, -1, NaN, Infinity]) counter.add(amount)
  const histogram = registry.histogram({ name: 'h', help: '', buckets: [1] }).with({})
  histogram.observe(NaN)
  const parsed = parseExposition(registry.render())
  expect(parsed.get('c')?.samples[0]?.value).toBe(5)
  expect(parsed.get('h')?.samples.at(-1)?.value).toBe(0)
})

test('collected values are read at each scrape, and left out when unknown', () => {
  const registry = createMetricsRegistry()
  let depth: number | undefined = 1
  registry.collect('gauge', { name: 'depth', help: 'Depth.' }, () => depth)
  registry.collectHistogram({ name: 'h', help: '' }, () => ({
    bounds: [1],
    counts: [2, 3],
    sum: 9,
  }))
  expect(registry.render()).toContain('\ndepth 1\n')
  expect(registry.render()).toContain('h_bucket{le="+Inf"} 5\nh_sum 9\nh_count 5\n')
  depth = undefined
  expect(parseExposition(registry.render()).get('depth')?.samples).toEqual([])
})

test('names that Prometheus does not know, and doubles, are refused', () => {
  const registry = createMetricsRegistry()
  registry.counter({ name: 'fine', help: '' })
  expect(() => registry.gauge({ name: 'fine', help: '' })).toThrow('declared twice')
  expect(() => registry.gauge({ name: '1st', help: '' })).toThrow('no valid metric name')
  expect(() => registry.gauge({ name: 'a', help: '', labels: ['b-c'] })).toThrow('no valid label')
  expect(() => registry.histogram({ name: 'h', help: '', labels: ['le'], buckets: [1] })).toThrow(
    'no valid label',
  )
  expect(() => registry.histogram({ name: 'h', help: '', buckets: [2, 1] })).toThrow('not ascend')
})

test('any label values and help texts survive the way to the scraper', () => {
  const text = fc.string({ unit: 'binary', maxLength: 100 })
  fc.assert(
    fc.property(text, fc.uniqueArray(text, { maxLength: 10 }), (help, values) => {
      const registry = createMetricsRegistry()
      const calls = registry.counter({ name: 'c', help, labels: ['v'] })
      for (const value of values) calls.with({ v: value.toWellFormed() }).add(1)
      const metric = parseExposition(registry.render()).get('c')
      expect(metric?.help).toBe(help)
      expect(metric?.samples.map(({ labels }) => labels['v'])).toEqual([
        ...new Set(values.map((value) => value.toWellFormed())),
      ])
    }),
  )
})
