import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { reportOf } from '../bench/report.ts'
import { measurementNames } from '../bench/result.ts'
import type { BenchResult } from '../bench/result.ts'
import { runBench } from '../bench/run.ts'
import { targetNames } from '../bench/targets.ts'
import type { TargetName } from '../bench/targets.ts'

const usage = `npm run bench [-- options]
  --quick               one round of short measurements: proves the rig, not the product
  --only a,b            ${measurementNames.join(', ')}
  --targets a,b         ${targetNames.join(', ')}
                        (default: the first four)
  --policies            throughput with all policies on, beside nginx and the gateway without any
  --rounds n            interleaved rounds (3)
  --seconds n           length of one closed-loop measurement (4)
  --memory-seconds n    length of the memory run (20; 600 for the promise)
  --from-source         run src/main.ts even when dist/smartflow is there
  --name text           names the result file (bench)
  --report              write the tables again from the newest result, measure nothing
`
const usualTargets: readonly TargetName[] = ['direct', 'nginx', 'portkey', 'smartflow']
const policyTargets: readonly TargetName[] = [
  'direct',
  'nginx',
  'smartflow',
  'smartflow-policies',
  'smartflow-names',
]
const root = dirname(import.meta.dir)
const results = join(root, 'bench/results')

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    targets: { type: 'string' },
    policies: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'memory-seconds': { type: 'string' },
    'from-source': { type: 'boolean', default: false },
    name: { type: 'string', default: 'bench' },
    report: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(usage)
else if (values.report) await writeReport(await newestResult())
else await measureAndReport()

async function measureAndReport(): Promise<void> {
  installTools()
  const { quick, name, policies } = values
  const usual = policies ? policyTargets : usualTargets
  const result = await runBench({
    root,
    name,
    only: chosen(values.only ?? (policies ? 'throughput' : undefined), measurementNames),
    targets: chosen(values.targets ?? usual.join(','), targetNames),
    rounds: count(values.rounds, quick ? 1 : 3),
    seconds: count(values.seconds, quick ? 1 : 4),
    memorySeconds: count(values['memory-seconds'], quick ? 5 : 20),
    quick,
    fromSource: values['from-source'],
    log: (text) => console.error(`bench: ${text}`),
  })
  await mkdir(results, { recursive: true })
  const stamp = result.startedAt.slice(0, 16).replace(/[:]/g, '').replace('T', '-')
  const path = join(results, `${stamp}-${name}.json`)
  await Bun.write(path, JSON.stringify(result) + '\n')
  console.error(`bench: raw result in ${path}`)
  await writeReport(result)
}

async function writeReport(result: BenchResult): Promise<void> {
  const report = reportOf(result)
  await Bun.write(join(results, 'README.md'), report)
  console.log(report)
}

async function newestResult(): Promise<BenchResult> {
  const files = (await readdir(results)).filter((file) => file.endsWith('.json')).sort()
  const newest = files.at(-1)
  if (newest === undefined) throw new Error('There is no result yet: run npm run bench first.')
  const result: BenchResult = await Bun.file(join(results, newest)).json()
  return result
}

/** Installs what Debian offers and this machine lacks, when that is allowed; otherwise says what to do. */
function installTools(): void {
  const packages = [
    ['/usr/bin/wrk', 'wrk'],
    ['/usr/sbin/nginx', 'nginx-light'],
  ]
    .filter(([path = '']) => !existsSync(path))
    .map(([, name = '']) => name)
  if (packages.length === 0) return
  if (process.getuid?.() !== 0)
    throw new Error(`Please install first: apt-get install ${packages.join(' ')}`)
  Bun.spawnSync(['apt-get', 'update', '-qq'])
  const { exitCode, stderr } = Bun.spawnSync([
    'apt-get',
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    ...packages,
  ])
  if (exitCode !== 0) throw new Error(`apt-get failed: ${stderr.toString().slice(-500)}`)
}

function chosen<T extends string>(list: string | undefined, known: readonly T[]): readonly T[] {
  if (list === undefined) return known
  const wanted = list.split(',').map((name) => name.trim())
  const unknown = wanted.filter((name) => !known.some((one) => one === name))
  if (unknown.length > 0)
    throw new Error(`Unknown: ${unknown.join(', ')}. Known: ${known.join(', ')}.`)
  return known.filter((one) => wanted.includes(one))
}

function count(text: string | undefined, usual: number): number {
  const value = text === undefined ? usual : Number(text)
  if (!(value > 0 && value <= 3_600)) throw new Error(`Not a usable number: ${text}`)
  return value
}
