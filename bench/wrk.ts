import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import type { Aim } from './connection.ts'
import { loadCore, pinned } from './machine.ts'
import { chatBody } from './payloads.ts'
import { run } from './processes.ts'

/** One closed-loop measurement. */
export interface WrkResult {
  readonly connections: number
  readonly perSecond: number
  readonly requests: number
  readonly failures: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
}

export interface WrkOptions {
  readonly connections: number
  readonly seconds: number
  readonly bodyBytes: number
  /** Where the script and the body are written. */
  readonly work: string
}

/** Runs wrk with one thread on the load core. */
export async function runWrk(aim: Aim, options: WrkOptions): Promise<WrkResult> {
  const bodyPath = join(options.work, `body-${options.bodyBytes}.json`)
  const scriptPath = join(options.work, `wrk-${aim.port}-${options.bodyBytes}.lua`)
  await writeFile(bodyPath, chatBody(options.bodyBytes))
  await writeFile(scriptPath, luaScript(aim, bodyPath))
  const seconds = Math.max(Math.round(options.seconds), 1)
  const load = [
    '-t1',
    `-c${options.connections}`,
    `-d${seconds}s`,
    '--timeout',
    '10s',
    '-s',
    scriptPath,
  ]
  const command = pinned(loadCore, [
    'wrk',
    ...load,
    `http://127.0.0.1:${aim.port}/v1/chat/completions`,
  ])
  const text = await run(command, { timeoutMs: seconds * 1_000 + 15_000 })
  const line = text.split('\n').find((candidate) => candidate.startsWith('{"requests"'))
  if (line === undefined) throw new Error(`wrk printed no result: ${text.slice(0, 300)}`)
  const measured: Omit<WrkResult, 'connections'> = JSON.parse(line)
  return { connections: options.connections, ...measured }
}

function luaScript(aim: Aim, bodyPath: string): string {
  const headers = Object.entries({ 'content-type': 'application/json', ...aim.headers })
  return `local file = io.open(${JSON.stringify(bodyPath)}, "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()
${headers.map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`).join('\n')}
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"perSecond":%.2f,"failures":%d,"p50Ms":%.4f,"p90Ms":%.4f,"p99Ms":%.4f}\\n',
    summary.requests, summary.requests / summary.duration * 1e6,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(90) / 1000, latency:percentile(99) / 1000))
end
`
}
