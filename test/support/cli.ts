import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { hashKey, newKey } from '../../src/identity/index.ts'

const mainPath = resolve(import.meta.dir, '../../src/main.ts')

/** A program of its own that runs the command line. */
export interface CliProcess extends AsyncDisposable {
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves with the exit code; 128 and the signal's number for one that was killed. */
  readonly exited: Promise<number>
  readonly kill: (signal: NodeJS.Signals) => void
  /** Resolves with the first match in what the program wrote; throws when it ends or ten seconds pass before. */
  readonly waitFor: (pattern: RegExp) => Promise<RegExpExecArray>
}

/** How a command is started. */
export interface CliOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** Path of a compiled program to run instead of the source. */
  readonly program?: string
}

/** Starts `smartflow …`, with nothing of this process's environment but its path. */
export function startCli(args: readonly string[], options: CliOptions = {}): CliProcess {
  const program = options.program === undefined ? [process.execPath, mainPath] : [options.program]
  const child = Bun.spawn([...program, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', USER: 'tester', ...options.env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  let hasExited = false
  const read = Promise.all([
    collect(child.stdout, (text) => (stdout += text)),
    collect(child.stderr, (text) => (stderr += text)),
  ])
  const exited = child.exited.then(async (code) => {
    await read
    hasExited = true
    return code
  })
  return {
    pid: child.pid,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    kill: (signal) => child.kill(signal),
    async waitFor(pattern) {
      for (const deadline = Date.now() + 10_000; ; await Bun.sleep(5)) {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr)
        if (match !== null) return match
        if (hasExited || Date.now() > deadline) {
          throw new Error(`${String(pattern)} was not written, but:\n${stdout}\n${stderr}`)
        }
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Runs a command to its end. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const running = startCli(args, options)
  const code = await running.exited
  return { code, stdout: running.stdout(), stderr: running.stderr() }
}

/** A folder with a configuration, and a key that the configuration knows. */
export interface ConfigFolder {
  readonly folder: string
  readonly path: string
  readonly dataDir: string
  readonly key: string
  /** Writes the configuration anew with these providers and models. */
  readonly write: (yaml: string) => void
}

/** Makes a folder with a configuration whose listeners take any free port. */
export function makeConfig(yaml: string, serverLines: readonly string[] = []): ConfigFolder {
  const folder = mkdtempSync(join(tmpdir(), 'smartflow-cli-'))
  const path = join(folder, 'smartflow.yaml')
  const dataDir = join(folder, 'data')
  const key = newKey()
  const write = (text: string): void => {
    const lines = [
      'server:',
      '  listen: 127.0.0.1:0',
      '  admin: { listen: 127.0.0.1:0 }',
      ...serverLines.map((line) => `  ${line}`),
      `data: { dir: ${JSON.stringify(dataDir)} }`,
      `keys: [{ name: test, sha256: ${hashKey(key)}, user: test@example.com }]`,
      text,
      '',
    ]
    writeFileSync(path, lines.join('\n'))
  }
  write(yaml)
  return { folder, path, dataDir, key, write }
}

/** The address in the entry of the operational log that says the gateway is ready. */
export async function readyUrl(gateway: CliProcess): Promise<string> {
  const [, url = ''] = await gateway.waitFor(/smartflow is ready","url":"([^"]+)"/)
  return url
}

/** Providers and models for tests that need no more than an answer. */
export const simulatedYaml = `
providers: [{ name: simulated, type: simulated }]
models: [{ name: simulated, targets: [{ provider: simulated, model: simulated }] }]`

/** Asks for a chat answer. */
export function askChat(
  url: string,
  key: string,
  model: string,
  more: { readonly stream?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Response> {
  const { stream = false, signal } = more
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello' }] }),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** Asks until it is answered with this status; returns how long that took, and throws after five seconds. */
export async function untilStatus(
  status: number,
  ask: () => Promise<Response>,
): Promise<{ readonly tookMs: number }> {
  const startedAt = performance.now()
  for (;;) {
    const response = await ask()
    await response.text()
    const tookMs = performance.now() - startedAt
    if (response.status === status) return { tookMs }
    if (tookMs > 5000) throw new Error(`Still answered with ${response.status} after five seconds.`)
    await Bun.sleep(10)
  }
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  take: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }))
}
