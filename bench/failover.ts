import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAuditLog } from '../src/audit/index.ts'
import type { OutcomeRecord } from '../src/core/record.ts'
import { chatRequest, connect } from './connection.ts'
import type { Connection } from './connection.ts'
import { Histogram } from './histogram.ts'
import { gatewayCore, loadCore, pinned } from './machine.ts'
import { benchModel, chatBody } from './payloads.ts'
import { freePort, start, waitForPort } from './processes.ts'
import type { Running } from './processes.ts'

/**
 * Kills one of two targets under a constant load and brings it back, by hand: `bun bench/failover.ts`
 * `[requests per second] [seconds] [part of them streamed]`. Prints what clients noticed and, from the
 * audit log, how long a failover took beyond the failed attempt and how many attempts failed at all.
 */

const perSecond = Number(process.argv[2] ?? 1000)
const seconds = Number(process.argv[3] ?? 9)
const streamedPart = Number(process.argv[4] ?? 0.1)
const killAtMs = (seconds * 1000) / 3
const reviveAtMs = (seconds * 2000) / 3
const startMs = 20_000

const root = join(import.meta.dir, '..')
const home = await mkdtemp(join(tmpdir(), 'smartflow-failover-'))
const mocks = [freePort(), freePort()] as const
const port = freePort()
const key = 'sk-sf-' + Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex')

const startMock = (at: number): Running =>
  start(pinned(loadCore, [process.execPath, join(root, 'bench/mock-upstream.ts'), String(at)]), {
    log: join(home, `mock-${at}.log`),
  })

function config(): string {
  const sha256 = new Bun.CryptoHasher('sha256').update(key).digest('hex')
  const provider = (name: string, at: number) =>
    `  - { name: ${name}, type: openai, baseUrl: "http://127.0.0.1:${at}/v1", apiKey: test }`
  return [
    'server:',
    `  listen: 127.0.0.1:${port}`,
    `  admin: { listen: 127.0.0.1:${freePort()} }`,
    `data: { dir: ${home}/data }`,
    'providers:',
    provider('one', mocks[0]),
    provider('two', mocks[1]),
    'models:',
    `  - name: ${benchModel}`,
    '    strategy: round-robin',
    `    targets: [{ provider: one, model: ${benchModel} }, { provider: two, model: ${benchModel} }]`,
    'keys:',
    `  - { name: bench, sha256: ${sha256}, user: bench@example.com, models: ["*"] }`,
  ].join('\n')
}

interface Load {
  readonly before: Histogram
  readonly after: Histogram
  sent: number
  /** Calls without an answer, or whose stream had no word before its error. */
  failed: number
  /** Streams that broke behind their first word. */
  cut: number
}

async function runLoad(events: (elapsedMs: number) => void): Promise<Load> {
  const aim = { port, headers: { authorization: `Bearer ${key}` } }
  const plain = chatRequest(aim, chatBody(1000))
  const streamed = chatRequest(aim, chatBody(1000, true))
  const load: Load = { before: new Histogram(), after: new Histogram(), sent: 0, failed: 0, cut: 0 }
  const idle: Connection[] = []
  let open = 0
  const startedAt = performance.now()
  async function sendOne(dueAt: number, isStream: boolean): Promise<void> {
    open += 1
    let text = ''
    let firstAt: number | undefined
    try {
      const connection = idle.pop() ?? (await connect(port))
      const { status, endedAt } = await connection.exchange(
        isStream ? streamed : plain,
        (bytes) => {
          firstAt ??= performance.now()
          if (isStream) text += Buffer.from(bytes).toString()
        },
      )
      idle.push(connection)
      const hasWords = /"content":"[^"]/.test(text)
      if (isStream && !text.includes('[DONE]') && status === 200 && hasWords) load.cut += 1
      else if (status !== 200 || (isStream && !text.includes('[DONE]'))) load.failed += 1
      const elapsedMs = dueAt - startedAt
      const histogram = elapsedMs < killAtMs ? load.before : load.after
      const isCounted =
        elapsedMs > 1000 && (elapsedMs < killAtMs - 200 || elapsedMs < killAtMs + 1000)
      if (isCounted) histogram.record((isStream ? (firstAt ?? endedAt) : endedAt) - dueAt)
    } catch {
      load.failed += 1
    }
    open -= 1
  }
  while (load.sent < perSecond * seconds || open > 0) {
    const elapsedMs = performance.now() - startedAt
    events(elapsedMs)
    while (load.sent < Math.min(seconds, elapsedMs / 1000) * perSecond) {
      void sendOne(
        startedAt + (load.sent / perSecond) * 1000,
        ((load.sent * 7) % 10) / 10 < streamedPart,
      )
      load.sent += 1
    }
    await Bun.sleep(1)
  }
  for (const connection of idle) connection.close()
  return load
}

async function outcomes(): Promise<OutcomeRecord[]> {
  const records = await Array.fromAsync(readAuditLog(join(home, 'data', 'audit')))
  return records.flatMap((record) => (record.type === 'outcome' ? [record] : []))
}

let one = startMock(mocks[0])
const two = startMock(mocks[1])
await writeFile(join(home, 'smartflow.yaml'), config())
const gateway = start(
  pinned(gatewayCore, [
    process.execPath,
    join(root, 'src/main.ts'),
    'serve',
    '--config',
    join(home, 'smartflow.yaml'),
  ]),
  { log: join(home, 'gateway.log') },
)
try {
  for (const each of [...mocks, port]) await waitForPort(each, startMs)
  let phase: 'well' | 'killed' | 'revived' = 'well'
  const load = await runLoad((elapsedMs) => {
    if (phase === 'well' && elapsedMs > killAtMs) {
      phase = 'killed'
      process.kill(one.pid, 'SIGKILL')
    }
    if (phase === 'killed' && elapsedMs > reviveAtMs) {
      phase = 'revived'
      one = startMock(mocks[0])
    }
  })
  await gateway.stop()
  report(load, await outcomes())
} finally {
  await gateway.stop()
  await one.stop()
  await two.stop()
  await rm(home, { recursive: true, force: true })
}

function report(load: Load, all: readonly OutcomeRecord[]): void {
  const added = new Histogram()
  let failures = 0
  let maxAttempts = 0
  for (const { attempts } of all) {
    maxAttempts = Math.max(maxAttempts, attempts.length)
    for (const [index, attempt] of attempts.entries()) {
      if (attempt.failureClass === undefined) continue
      failures += 1
      const next = attempts[index + 1]
      if (next === undefined) continue
      added.record((next.startedMs ?? 0) - (attempt.startedMs ?? 0) - attempt.durationMs)
    }
  }
  const ms = (value: number): string => value.toFixed(3)
  console.table({
    'calls sent': load.sent,
    'calls failed before a first word': load.failed,
    'streams cut behind their first word': load.cut,
    'failed attempts in all, probes included': failures,
    'most attempts of one call': maxAttempts,
    'failover beyond the failed attempt, median, ms': ms(added.quantile(0.5)),
    'failover beyond the failed attempt, 99th percentile, ms': ms(added.quantile(0.99)),
    'failover beyond the failed attempt, longest, ms': ms(added.quantile(1)),
    'first byte before the kill, median, ms': ms(load.before.quantile(0.5)),
    'first byte in the second after it, median, ms': ms(load.after.quantile(0.5)),
    'first byte before the kill, 99th percentile, ms': ms(load.before.quantile(0.99)),
    'first byte in the second after it, 99th percentile, ms': ms(load.after.quantile(0.99)),
  })
}
