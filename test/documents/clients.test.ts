import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { blocksOf, runBlock } from '../support/documents.ts'
import type { Block, Ended } from '../support/documents.ts'
import { startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const pages = ['README.md', 'docs/clients.md', 'docs/migration.md']
const blocks = (await Promise.all(pages.map(blocksOf))).flat()
const runnable = blocks.filter(
  ({ language, text }) =>
    language === 'ts' || (language === 'sh' && text.includes('$SMARTFLOW_KEY')),
)
let rig: SdkRig

beforeAll(async () => {
  // Behind each name is a provider that speaks what its client does not, where there is one.
  rig = await startSdkRig(
    {
      'claude-sonnet-5': ['anthropic', 'claude-sonnet-5'],
      'gpt-5.4-mini': ['openai', 'gpt-5.4-mini'],
      'text-embedding-3-small': ['openai', 'text-embedding-3-small'],
      'mistral-large': ['bedrock', 'eu.anthropic.claude-sonnet-5'],
    },
    {
      providers: ['{ name: simulated, type: simulated }'],
      models: ['{ name: gpt-realtime, targets: [{ provider: simulated, model: gpt-realtime }] }'],
    },
  )
})
afterAll(() => rig[Symbol.asyncDispose]())

/** Runs a block with the gateway of the test in place of the one it names. */
function run(block: Block, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { url, key } = rig.gateway
  const text = block.text.replaceAll('//127.0.0.1:7775', url.slice('http:'.length))
  return runBlock({ ...block, text }, { SMARTFLOW_KEY: key, ...environment })
}

test('there are snippets for every client', () => {
  expect(runnable.length).toBeGreaterThanOrEqual(16)
})

describe.each(runnable.map((block) => [block.place, block] as const))(
  'the snippet at %s',
  (_, block) => {
    test('gets an answer as it stands', async () => {
      const { code, stdout, stderr } = await run(block)
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(stdout).toMatch(/This is a simulated answer|2 vectors|"id":"gpt-realtime"/)
    })
  },
)

const messages = `[{ role: 'user', content: 'Hello' }]`

describe('the environment alone', () => {
  test.each([
    [
      'OPENAI_BASE_URL',
      { OPENAI_BASE_URL: '/v1', OPENAI_API_KEY: '' },
      `import OpenAI from 'openai'
       const { choices } = await new OpenAI().chat.completions.create({ model: 'claude-sonnet-5', messages: ${messages} })
       console.log(choices[0].message.content)`,
    ],
    [
      'AZURE_OPENAI_ENDPOINT',
      { AZURE_OPENAI_ENDPOINT: '/', AZURE_OPENAI_API_KEY: '', OPENAI_API_VERSION: '2024-10-21' },
      `import { AzureOpenAI } from 'openai'
       const { choices } = await new AzureOpenAI().chat.completions.create({ model: 'gpt-5.4-mini', messages: ${messages} })
       console.log(choices[0].message.content)`,
    ],
    [
      'ANTHROPIC_BASE_URL',
      { ANTHROPIC_BASE_URL: '/anthropic', ANTHROPIC_API_KEY: '' },
      `import Anthropic from '@anthropic-ai/sdk'
       const { content } = await new Anthropic().messages.create({ model: 'gpt-5.4-mini', max_tokens: 100, messages: ${messages} })
       console.log(content)`,
    ],
    [
      'GOOGLE_GEMINI_BASE_URL',
      { GOOGLE_GEMINI_BASE_URL: '/gemini', GEMINI_API_KEY: '' },
      `import { GoogleGenAI } from '@google/genai'
       const { text } = await new GoogleGenAI({}).models.generateContent({ model: 'gpt-5.4-mini', contents: 'Hello' })
       console.log(text)`,
    ],
    [
      'AWS_ENDPOINT_URL_BEDROCK_RUNTIME',
      {
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: '/bedrock',
        AWS_BEARER_TOKEN_BEDROCK: '',
        AWS_REGION: 'eu-central-1',
      },
      `import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
       const messages = [{ role: 'user', content: [{ text: 'Hello' }] }]
       const { output } = await new BedrockRuntimeClient({}).send(new ConverseCommand({ modelId: 'gpt-5.4-mini', messages }))
       console.log(output.message.content)`,
    ],
  ])('is enough for %s', async (name, variables, text) => {
    const { url, key } = rig.gateway
    const environment = Object.fromEntries(
      Object.entries(variables).map(([variable, value]) => {
        if (value.startsWith('/')) return [variable, url + value.replace(/\/$/, '')]
        return [variable, value === '' ? key : value]
      }),
    )
    const { code, stdout, stderr } = await run({ place: name, language: 'ts', text }, environment)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('This is a simulated answer')
    const page = await Bun.file('docs/clients.md').text()
    for (const variable of Object.keys(variables)) {
      if (/REGION|VERSION/.test(variable)) continue
      expect(page).toContain(variable)
    }
  })
})
