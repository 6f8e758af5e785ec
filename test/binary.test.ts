import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileCommand } from '../scripts/compile.ts'
import { version } from '../src/version.ts'
import { askChat, makeConfig, runCli, simulatedYaml, startCli } from './support/cli.ts'

// Compiling writes a hundred megabytes, and programs of their own start slowly on a busy machine.
setDefaultTimeout(60_000)

/** What a cold start takes at most on any machine that runs tests; the promise is 300 ms. */
const generousStartMs = 5_000

let folder: string
/** An empty folder, in which the program is started with nothing beside it. */
let empty: string
let program: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smartflow-binary-'))
  empty = join(folder, 'empty')
  mkdirSync(empty)
  mkdirSync(join(folder, 'bin'))
  program = join(folder, 'bin', 'smartflow')
  const compiling = Bun.spawn([...compileCommand(program)], { stdout: 'ignore', stderr: 'pipe' })
  const problems = await compiling.stderr.text()
  if ((await compiling.exited) !== 0) throw new Error(problems)
  // Names of the source for developers; the program does without.
  rmSync(`${program}.map`)
  rmSync(join(folder, 'bin', 'worker.js.map'))
})

afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]) => runCli(args, { cwd: empty, program })

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('the compiled program, with nothing beside it,', () => {
  test('is one file that knows its version', async () => {
    // Maps of the source are for those who debug it; nothing needs them.
    const files = readdirSync(join(folder, 'bin')).filter((name) => !name.endsWith('.map'))
    expect(files).toEqual(['smartflow'])
    expect(statSync(program).size).toBeLessThan(200 * 2 ** 20)
    expect(await run('version')).toEqual({ code: 0, stdout: `smartflow ${version}\n`, stderr: '' })
    expect(readdirSync(empty)).toEqual([])
  })

  test('does not obey settings of the folder it is started in', async () => {
    writeFileSync(join(empty, '.env'), 'PROVIDER_KEY=from-the-folder\n')
    writeFileSync(join(empty, 'bunfig.toml'), 'preload = ["./preload.ts"]\n')
    writeFileSync(join(empty, 'preload.ts'), 'console.log("obeyed")\n')
    const yaml = 'providers: [{ name: p, type: openai, apiKey: "${env:PROVIDER_KEY}" }]\n'
    writeFileSync(join(empty, 'smartflow.yaml'), yaml)
    const { code, stdout, stderr } = await run('config', 'check')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('PROVIDER_KEY is not set')
    for (const name of readdirSync(empty)) rmSync(join(empty, name))
  })

  test('checks a configuration, prints its schema and makes keys', async () => {
    const { path, dataDir } = makeConfig(simulatedYaml)
    expect(await run('config', 'check', path)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/is valid, version [0-9a-f]{16}\n$/),
    })
    const schema = await run('config', 'schema')
    expect(JSON.parse(schema.stdout)).toMatchObject({ title: 'Smartflow configuration' })
    const made = await run('keys', 'new', '--user', 'ana@example.com', '--data', dataDir)
    expect(made.stdout).toMatch(/^sk-sf-[0-9a-f]{48}\n$/)
    expect((await run('keys', 'list', '--data', dataDir)).stdout).toContain('ana@example.com')
  })

  test('runs the demo, which answers plain and streamed calls and shows its state', async () => {
    const args = ['demo', '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0']
    // Nothing listens there: a model on this machine would change what the demo offers.
    const env = { OLLAMA_HOST: '127.0.0.1:1' }
    await using demo = startCli(args, { cwd: empty, program, env })
    await demo.waitFor(/Ctrl-C/)
    const [, url = ''] = /Gateway +(\S+)/.exec(demo.stdout()) ?? []
    const [, admin = ''] = /Status +(\S+)/.exec(demo.stdout()) ?? []
    const [, key = ''] = /KEY=(\S+)/.exec(demo.stdout()) ?? []
    const plain = await askChat(url, key, 'simulated')
    expect(await plain.json()).toMatchObject({
      choices: [{ message: { content: expect.stringContaining('simulated') } }],
    })
    const streamed = await askChat(url, key, 'simulated', { stream: true })
    expect(await streamed.text()).toEndWith('data: [DONE]\n\n')
    expect(await (await fetch(admin)).text()).toContain('simulated')
    expect(await (await fetch(`${admin}/metrics`)).text()).toContain('smartflow_requests_total')
    demo.kill('SIGTERM')
    expect(await demo.exited).toBe(0)
    expect(readdirSync(empty)).toEqual(['data'])
  })

  test('answers its first call soon after it was started', async () => {
    const { path, key } = makeConfig(simulatedYaml)
    const port = await freePort()
    const text = await Bun.file(path).text()
    writeFileSync(path, text.replace('listen: 127.0.0.1:0', `listen: 127.0.0.1:${port}`))
    const startedAt = performance.now()
    await using gateway = startCli(['serve', '--config', path], { cwd: empty, program })
    let status: number | undefined
    while (status === undefined && performance.now() - startedAt < 20_000) {
      const asked = askChat(`http://127.0.0.1:${port}`, key, 'simulated')
      status = await asked.then(
        (response) => response.status,
        () => undefined,
      )
      if (status === undefined) await Bun.sleep(2)
    }
    const tookMs = performance.now() - startedAt
    expect(status).toBe(200)
    console.log(`cold start to the first answered call: ${tookMs.toFixed(0)} ms (promised: 300 ms)`)
    expect(tookMs).toBeLessThan(generousStartMs)
    gateway.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
  })
})
