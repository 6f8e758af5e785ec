import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askChat, runCli, startCli, untilStatus } from '../support/cli.ts'
import type { CliProcess } from '../support/cli.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

/** Nothing listens there: a model on the machine of the tests would change what the demo offers. */
const noOllama = { OLLAMA_HOST: '127.0.0.1:1' }

interface Started {
  readonly demo: CliProcess
  readonly url: string
  readonly key: string
}

async function start(
  args: readonly string[],
  env: Record<string, string> = noOllama,
): Promise<Started> {
  const demo = startCli(args, { env })
  await demo.waitFor(/Ctrl-C/)
  const [, url = ''] = /Gateway +(\S+)/.exec(demo.stdout()) ?? []
  const [, key = ''] = /KEY=(\S+)/.exec(demo.stdout()) ?? []
  return { demo, url, key }
}

function demoArgs(): readonly string[] {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'smartflow-demo-')), 'data')
  return ['demo', '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--data', dataDir]
}

/** Runs what the demo printed as somebody would who copies it: the exports once, then each request. */
function pasteRequests(printed: string): ReadonlyMap<string, string> {
  const exports = printed.match(/^ {2}export .*$/gm) ?? []
  const requests = printed.matchAll(/^ {2}(\S.*)\n {4}(curl .*\\\n.*)$/gm)
  return new Map(
    Array.from(requests, ([, title = '', command = '']) => {
      const script = [...exports, command].join('\n')
      const { stdout, exitCode } = Bun.spawnSync(['sh', '-c', script])
      expect(exitCode).toBe(0)
      return [title, stdout.toString()]
    }),
  )
}

const words = expect.stringContaining('This is a simulated answer')

describe('the demo', () => {
  test('prints requests of every dialect that work as they stand', async () => {
    const { demo } = await start(demoArgs())
    await using running = demo
    const answers = pasteRequests(running.stdout())
    const stream = answers.get('OpenAI chat, streamed') ?? ''
    expect(stream).toStartWith('data: {')
    expect(stream).toEndWith('data: [DONE]\n\n')
    expect(
      Object.fromEntries(
        [...answers]
          .filter(([title]) => !title.endsWith('streamed'))
          .map(([title, text]) => [title, JSON.parse(text)]),
      ),
    ).toMatchObject({
      'OpenAI chat': { object: 'chat.completion', choices: [{ message: { content: words } }] },
      'OpenAI Responses': { object: 'response', output: [{ content: [{ text: words }] }] },
      'Anthropic Messages': { type: 'message', content: [{ text: words }] },
      Gemini: { candidates: [{ content: { parts: [{ text: words }] } }] },
      'Bedrock Converse': { output: { message: { content: [{ text: words }] } } },
    })
    const [title = ''] = [...answers.keys()].filter((each) => each.startsWith('The card'))
    const treated = 'This was said to the provider: Card <PAYMENT_CARD_1>, ana@example.com'
    expect(JSON.parse(answers.get(title) ?? '')).toMatchObject({
      output: [{ content: [{ text: treated }] }],
    })
    expect(answers.size).toBe(7)
    const [, admin = ''] = /Status +(\S+)/.exec(running.stdout()) ?? []
    expect(await (await fetch(admin)).text()).toContain('simulated')
    running.kill('SIGINT')
    expect(await running.exited).toBe(0)
  })

  test('fits a screen and says that nothing leaves the machine', async () => {
    const { demo } = await start(demoArgs())
    await using running = demo
    const lines = running.stdout().split('\n')
    expect(lines.length).toBeLessThanOrEqual(48)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(112)
    expect(running.stdout()).toContain('nothing leaves this machine')
    expect(running.stdout()).toContain('GEMINI_API_KEY')
  })

  test('offers real models where their keys or a local Ollama are, and says how it knows', async () => {
    const names = ['llama3.3:latest', 'phi4:latest']
    using ollama = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => Response.json({ models: names.map((name) => ({ name })) }),
    })
    const { demo, url, key } = await start(demoArgs(), {
      OPENAI_API_KEY: 'sk-one',
      ANTHROPIC_API_KEY: '',
      GEMINI_API_KEY: 'two',
      OLLAMA_HOST: `0.0.0.0:${ollama.port}`,
    })
    await using running = demo
    const printed = running.stdout()
    expect(printed).toContain('gpt-*   (OPENAI_API_KEY)')
    expect(printed).toContain('gemini-*   (GEMINI_API_KEY)')
    expect(printed).toContain('llama3.3:latest, phi4:latest   (Ollama on this machine)')
    expect(printed).not.toContain('claude')
    expect(printed).not.toContain('sk-one')
    expect(printed).toContain('the others are real')
    const list = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
    const text = await list.text()
    for (const name of ['simulated', 'gpt-5.4-mini', 'gemini-3.5-flash', ...names]) {
      expect(text).toContain(`"${name}"`)
    }
  })

  test('makes a new key each time; one that cannot start takes none from one that runs', async () => {
    const args = demoArgs()
    const first = await start(args)
    await using firstDemo = first.demo
    expect((await runCli(args, { env: noOllama })).code).toBe(1)
    // Longer than a gateway needs to notice a change of the keys.
    await Bun.sleep(1200)
    expect((await askChat(first.url, first.key, 'simulated')).status).toBe(200)
    firstDemo.kill('SIGTERM')
    expect(await firstDemo.exited).toBe(0)
    const second = await start(args)
    await using secondDemo = second.demo
    expect((await askChat(second.url, second.key, 'simulated')).status).toBe(200)
    await untilStatus(401, () => askChat(second.url, first.key, 'simulated'))
    secondDemo.kill('SIGTERM')
    expect(await secondDemo.exited).toBe(0)
  })
})
