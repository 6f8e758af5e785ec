import { GoogleGenAI } from '@google/genai'
import { serveSimulatedProvider } from '../../src/providers/simulated/index.ts'
import { startSdkRig, weather } from './sdk.ts'
import type { RigModels, SdkRig } from './sdk.ts'

/** Types of providers that the Google SDK is tried over; each has models of its name. */
export const geminiRigProviders = ['gemini', 'openai', 'anthropic'] as const

/** What stands behind the name of a provider and makes its model do something else. */
const scripts = {
  '': '',
  '-two-calls': ';parallel=2',
  '-slow': ';tokens=2000;tps=400',
  '-broken': ';error=503',
  '-fault': ';errorEvent=5',
  '-cached': ';cached=7',
} as const

/** Every provider with every script: `gemini`, `gemini-slow`, `openai` … */
function scriptedModels(): RigModels {
  const names = { gemini: 'gemini-2.5-flash', openai: 'gpt-4o', anthropic: 'claude-sonnet-4-5' }
  return Object.fromEntries(
    geminiRigProviders.flatMap((provider) =>
      Object.entries(scripts).map(([suffix, script]) => [
        provider + suffix,
        [provider, names[provider] + script] as const,
      ]),
    ),
  )
}

/** A gateway between the Google SDK and providers of several types. */
export interface GeminiRig extends SdkRig {
  /** The Google SDK, unchanged but for address and key. */
  readonly google: GoogleGenAI
}

/** Starts the rig. Its models `…-cut` are at a server of its own: only there is a connection dropped. */
export async function startGeminiRig(): Promise<GeminiRig> {
  const server = await serveSimulatedProvider()
  const rig = await startSdkRig(
    {
      ...scriptedModels(),
      third: ['gemini', 'gemini-3-flash'],
      blocked: ['gemini', 'gemini-2.5-flash;block=prompt'],
      filtered: ['gemini', 'gemini-2.5-flash;block=answer'],
      'folder/with.dots:8b': ['openai', 'gpt-4o'],
    },
    {
      providers: [
        `{ name: at-gemini, type: gemini, baseUrl: ${server.url}, apiKey: none }`,
        `{ name: at-openai, type: openai, baseUrl: ${server.url}/v1, apiKey: none }`,
        `{ name: at-anthropic, type: anthropic, baseUrl: ${server.url}, apiKey: none }`,
      ],
      models: geminiRigProviders.map(
        (name) =>
          `{ name: ${name}-cut, targets: [{ provider: at-${name}, model: "${name};cut=5" }] }`,
      ),
    },
  )
  const { url, key } = rig.gateway
  return {
    ...rig,
    google: new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: `${url}/gemini` } }),
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** The tool of the tests as Google wants it declared. */
export const geminiTools = [
  {
    functionDeclarations: [
      {
        name: weather.name,
        description: weather.description,
        parametersJsonSchema: weather.parameters,
      },
    ],
  },
]
