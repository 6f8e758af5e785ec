import { describe, expect, test } from 'bun:test'
import { configSchema, createConfigLoader } from '../config/index.ts'
import { demoConfig, findProviders } from './demo-config.ts'

const nowhere = { OLLAMA_HOST: '127.0.0.1:1' }
const folder = { dataDir: '/tmp/smartflow', listen: '127.0.0.1:0', admin: '127.0.0.1:0' }

describe('what the demo finds', () => {
  test('is nothing where there are no keys, and empty ones are none', async () => {
    expect(await findProviders({ ...nowhere, OPENAI_API_KEY: '' })).toEqual([])
  })

  test('is written as a valid configuration that holds no key', async () => {
    const keys = { OPENAI_API_KEY: 'a-key', ANTHROPIC_API_KEY: 'b-key', GEMINI_API_KEY: 'c-key' }
    const found = await findProviders({ ...nowhere, ...keys })
    expect(found.map(({ foundBy }) => foundBy)).toEqual(Object.keys(keys))
    const text = demoConfig(found, folder)
    expect(text).not.toContain('-key"')
    const { config } = await createConfigLoader(configSchema, { environment: keys }).parse(
      text,
      '/tmp/demo.yaml',
    )
    const names = config.models.map(({ name }) => name)
    expect(names).toContain('simulated')
    for (const family of ['gpt-*', 'claude-*', 'gemini-*']) expect(names).toContain(family)
  })
})

describe('an Ollama', () => {
  test('is asked on this machine only, wherever its variable says that it listens', async () => {
    let asked = 0
    using server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch() {
        asked += 1
        return Response.json({ models: [{ name: 'phi4' }, { size: 1 }] })
      },
    })
    const { port } = server
    for (const host of [`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`, `0.0.0.0:${port}`]) {
      const [found] = await findProviders({ OLLAMA_HOST: host })
      expect(found).toMatchObject({ name: 'ollama', models: ['phi4'] })
      expect(found?.entry).toContain(`http://127.0.0.1:${port}`)
    }
    expect(asked).toBe(3)
    for (const host of ['ollama.example.com', 'http://10.0.0.1:1', 'not an address']) {
      expect(await findProviders({ OLLAMA_HOST: host })).toEqual([])
    }
  })

  test('that answers with anything else is none', async () => {
    for (const body of ['', '[]', '{"models":1}', '{"models":[1,null]}']) {
      using server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(body) })
      expect(await findProviders({ OLLAMA_HOST: `127.0.0.1:${server.port}` })).toEqual([])
    }
  })
})
