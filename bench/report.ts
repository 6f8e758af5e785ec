import { bytesPerToken } from './payloads.ts'
import type { BenchResult } from './result.ts'
import {
  checksOf,
  growthPerMinute,
  leastCpuOf,
  noiseOf,
  of,
  peakOf,
  spreadOf,
  sweepOf,
} from './summary.ts'
import { median } from './histogram.ts'

/** Writes the whole report of a run as Markdown; every number in it comes from the raw result. */
export function reportOf(result: BenchResult): string {
  const { machine, options, fdatasync } = result
  const targets = result.targets.map(({ name, version }) =>
    version === '' ? name : `${name} ${version}`,
  )
  return [
    `# Benchmark \`${result.name}\`, ${result.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    'Written by `npm run bench` from the raw result beside it. The author of Smartflow is an entrant: judge by the ' +
      'ratios within this run, and repeat it.',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}, Bun ${machine.bun}; ` +
      `load average at the start ${machine.loadAverage}. Gateway on one core, mock and load together on another. ` +
      `${options.rounds} interleaved rounds in random order, ${options.seconds} s each. Targets: ${targets.join(', ')}. ` +
      `Making 1 kB durable on this disk takes ${ms(fdatasync.median)} (p99 ${ms(fdatasync.p99)}).`,
    noiseLine(result),
    ...result.missing.map(({ name, reason }) => `Not run: ${name} (${reason})`),
    table('What must be shown', ['promise', 'measured', 'verdict'], checkRows(result)),
    table(
      'Throughput, 1 kB',
      ['target', 'connections', 'req/s (IQR)', 'p99', 'CPU ms per 1,000', 'failures'],
      throughputRows(result),
    ),
    table(
      'Highest req/s with p99 under …',
      [
        'target',
        '1 ms',
        '5 ms',
        '10 ms',
        '50 ms',
        '100 ms',
        'peak',
        'peak ÷ nginx',
        'nginx CPU ÷ own CPU',
      ],
      frontierRows(result),
    ),
    table(
      'Latency, one connection',
      ['target', 'median (IQR)', 'p99', 'added median', 'added p99'],
      latencyRows(result),
    ),
    table(
      'Open loop at half of saturation',
      ['target', 'req/s', 'p50', 'p99', 'p99.9', 'added p99', 'failures'],
      openLoopRows(result),
    ),
    table(
      'Time to first token',
      ['target', 'median (IQR)', 'p99', 'added median', 'added p99'],
      firstTokenRows(result),
    ),
    table(
      'Streams of 64 deltas, 20 ms apart',
      [
        'target',
        'streams',
        'complete',
        'identical',
        'gap p99',
        'largest gap',
        'over 10 × pace',
        'CPU ms per 1,000 events',
      ],
      streamRows(result),
    ),
    table(
      'Clients that leave',
      ['target', 'seen upstream', 'median', 'largest'],
      abortRows(result),
    ),
    table(
      'Body sizes, 16 connections',
      ['target', 'body', 'req/s', 'p99', 'CPU ms per 1,000', 'failures'],
      bodyRows(result),
    ),
    table(
      'Small requests beside 1 MB ones',
      ['target', 'p99 alone', 'p99 beside', 'added p99', 'failures'],
      mixedRows(result),
    ),
    table(
      'Resident memory',
      ['target', 'idle', 'highest under load', 'growth in 2nd half'],
      memoryRows(result),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

function noiseLine(result: BenchResult): string {
  const { median: usual, most } = noiseOf(result)
  if (Number.isNaN(most)) return ''
  const share = (value: number) => `${(value * 100).toFixed(0)} %`
  const taken = `Other programs took ${share(usual)} of the gateway's core (median; at most ${share(most)}).`
  const isNoisy = usual > 0.05 || most > 0.3
  return isNoisy ? `**Noisy run.** ${taken} Trust the CPU columns, repeat the rest.` : taken
}

function checkRows(result: BenchResult): string[][] {
  return checksOf(result).map((check) => [
    check.promise,
    check.measured.replaceAll('NaN ×', '–'),
    check.verdict,
  ])
}

function throughputRows(result: BenchResult): string[][] {
  return result.targets.flatMap(({ name }) =>
    sweepOf(result, name).map((step) => [
      name,
      String(step.connections),
      `${round(step.perSecond)} (${round(step.perSecondIqr)})`,
      ms(step.p99Ms),
      step.cpuMsPer1000.toFixed(1),
      String(step.failures),
    ]),
  )
}

function frontierRows(result: BenchResult): string[][] {
  const nginx = peakOf(result, 'nginx')
  const ratio = (value: number) => (Number.isFinite(value) ? value.toFixed(3) : '–')
  return result.targets.flatMap(({ name }) => {
    const steps = sweepOf(result, name)
    if (steps.length === 0) return []
    const best = [1, 5, 10, 50, 100].map((limit) => {
      const rates = steps
        .filter((step) => step.p99Ms < limit && step.failures === 0)
        .map((step) => step.perSecond)
      return rates.length === 0 ? '–' : round(Math.max(...rates))
    })
    const peak = peakOf(result, name)
    const cpu = name === 'direct' ? NaN : leastCpuOf(result, 'nginx') / leastCpuOf(result, name)
    return [[name, ...best, round(peak), ratio(peak / nginx), ratio(cpu)]]
  })
}

function latencyRows(result: BenchResult): string[][] {
  const spread = (name: (typeof result.targets)[number]['name']) =>
    spreadOf(of(result.latency, name).map((sample) => sample.latency))
  const direct = spread('direct')
  return result.latency === undefined
    ? []
    : result.targets.map(({ name }) => spreadRow(name, spread(name), direct))
}

function firstTokenRows(result: BenchResult): string[][] {
  const spread = (name: (typeof result.targets)[number]['name']) =>
    spreadOf(of(result.firstToken, name).map((sample) => sample.firstToken))
  const direct = spread('direct')
  return result.firstToken === undefined
    ? []
    : result.targets.map(({ name }) => spreadRow(name, spread(name), direct))
}

function spreadRow(
  name: string,
  own: ReturnType<typeof spreadOf>,
  direct: ReturnType<typeof spreadOf>,
): string[] {
  const added =
    name === 'direct' ? ['–', '–'] : [ms(own.median - direct.median), ms(own.p99 - direct.p99)]
  return [name, `${ms(own.median)} (${ms(own.iqr)})`, ms(own.p99), ...added]
}

function openLoopRows(result: BenchResult): string[][] {
  return result.targets.flatMap(({ name }) => {
    const rounds = of(result.openLoop, name)
    const [first] = rounds
    if (first === undefined) return []
    const own = spreadOf(rounds.map((sample) => sample.latency))
    const direct = spreadOf(rounds.map((sample) => sample.direct))
    const p999 = median(rounds.map((sample) => spreadQuantile(sample.latency, 0.999)))
    const failures = rounds.reduce(
      (total, sample) => total + sample.failures + sample.unanswered,
      0,
    )
    return [
      [
        name,
        round(first.perSecond),
        ms(own.median),
        ms(own.p99),
        ms(p999),
        ms(own.p99 - direct.p99),
        String(failures),
      ],
    ]
  })
}

function spreadQuantile(counts: readonly (readonly [number, number])[], share: number): number {
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  let left = Math.ceil(total * share)
  return (counts.find(([, count]) => (left -= count) <= 0)?.[0] ?? NaN) / 1_000
}

function streamRows(result: BenchResult): string[][] {
  return (result.streams ?? []).flatMap(({ concurrent, samples }) =>
    result.targets.map(({ name }) => {
      const rounds = of(samples, name)
      const total = (read: (sample: (typeof rounds)[number]) => number) =>
        rounds.reduce((sum, sample) => sum + read(sample), 0)
      const all = total((sample) => sample.streams)
      return [
        name,
        String(concurrent),
        `${total((sample) => sample.complete)} of ${all}`,
        `${total((sample) => sample.identical)} of ${all}`,
        ms(spreadOf(rounds.map((sample) => sample.gaps)).p99),
        ms(Math.max(...rounds.map((sample) => sample.maxGapMs))),
        String(total((sample) => sample.stalled)),
        median(rounds.map((sample) => sample.cpuMsPer1000)).toFixed(1),
      ]
    }),
  )
}

function abortRows(result: BenchResult): string[][] {
  return result.targets.flatMap(({ name }) => {
    const rounds = of(result.aborts, name)
    const delays = rounds.flatMap((sample) => sample.delaysMs)
    const seen = rounds.reduce((sum, sample) => sum + sample.seen, 0)
    const left = rounds.reduce((sum, sample) => sum + sample.left, 0)
    if (rounds.length === 0) return []
    const largest = delays.length === 0 ? '–' : ms(Math.max(...delays))
    return [[name, `${seen} of ${left}`, delays.length === 0 ? '–' : ms(median(delays)), largest]]
  })
}

function bodyRows(result: BenchResult): string[][] {
  return result.targets.flatMap(({ name }) => {
    const rounds = of(result.bodies, name)
    return (rounds[0] ?? []).map(({ bodyBytes }) => {
      const steps = rounds.flatMap((sample) =>
        sample.filter((step) => step.bodyBytes === bodyBytes),
      )
      return [
        name,
        bodySize(bodyBytes),
        round(median(steps.map((step) => step.perSecond))),
        ms(median(steps.map((step) => step.p99Ms))),
        median(steps.map((step) => step.cpuMsPer1000)).toFixed(1),
        String(steps.reduce((sum, step) => sum + step.failures, 0)),
      ]
    })
  })
}

function bodySize(bytes: number): string {
  const thousands = Math.round(bytes / bytesPerToken / 1_000)
  return `${bytes / 1_024} kB${thousands < 10 ? '' : ` (${thousands}k tokens)`}`
}

function mixedRows(result: BenchResult): string[][] {
  return result.targets.flatMap(({ name }) => {
    const rounds = of(result.bigBesideSmall, name)
    if (rounds.length === 0) return []
    const alone = spreadOf(rounds.map((sample) => sample.alone)).p99
    const beside = spreadOf(rounds.map((sample) => sample.beside)).p99
    const failures = rounds.reduce((sum, sample) => sum + sample.failures, 0)
    return [[name, ms(alone), ms(beside), ms(beside - alone), String(failures)]]
  })
}

function memoryRows(result: BenchResult): string[][] {
  return result.targets
    .filter(({ name }) => name !== 'direct')
    .map(({ name, idleMiB }) => {
      const [run] = of(result.memory, name)
      const load =
        run === undefined
          ? ['–', '–']
          : [
              mib(Math.max(...run.residentMiB)),
              `${growthPerMinute(run.residentMiB).toFixed(2)} MiB/min over ${run.seconds} s at ${run.perSecond} req/s`,
            ]
      return [name, mib(idleMiB), ...load]
    })
}

function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return ''
  const widths = head.map((cell, index) =>
    Math.max(cell.length, ...rows.map((row) => (row[index] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [`## ${title}`, '', line(head), rule, ...rows.map(line)].join('\n')
}

function ms(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return `${value.toFixed(Math.abs(value) < 10 ? 3 : 1)} ms`
}

function mib(value: number): string {
  return `${value.toFixed(0)} MiB`
}

function round(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–'
}
