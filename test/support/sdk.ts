import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { join } from 'node:path'
import { readAuditLog } from '../../src/audit/index.ts'
import type { StoredRecord } from '../../src/audit/index.ts'
import type { DecisionRecord, OutcomeRecord } from '../../src/core/record.ts'
import { startTestGateway } from './gateway.ts'
import type { TestGateway, TestGatewayOptions } from './gateway.ts'
import { startUpstream, upstreamAws } from './upstream.ts'
import type { Upstream } from './upstream.ts'

/** Names of the providers of the rig, each of the type its name says, all at the same upstream. */
export const openAiTargets = [
  'openai',
  'compatible',
  'azure-v1',
  'azure-deployments',
  'apim',
  'apim-plain',
  'ollama',
] as const
export type RigProvider =
  | (typeof openAiTargets)[number]
  | 'bedrock'
  | 'bedrock-key'
  | 'bedrock-openai'
  | 'anthropic'
  | 'gemini'

/** A gateway between official clients and a recording provider. */
export interface SdkRig extends AsyncDisposable {
  readonly gateway: TestGateway
  readonly upstream: Upstream
  /** The OpenAI SDK, unchanged but for address and key. */
  readonly openai: OpenAI
  /** The Anthropic SDK, unchanged but for address and key. */
  readonly anthropic: Anthropic
}

/** Models of a rig: public name to provider and the provider's own name with its behaviour script. */
export type RigModels = Readonly<Record<string, readonly [RigProvider, string]>>

/** Further one-line YAML entries of sections, and whole sections. */
export interface RigOptions extends Pick<TestGatewayOptions, 'yaml' | 'keys'> {
  readonly providers?: readonly string[]
  readonly models?: readonly string[]
}

/** Starts a gateway with every type of provider in front of one recording upstream. */
export async function startSdkRig(models: RigModels, options: RigOptions = {}): Promise<SdkRig> {
  const upstream = startUpstream()
  const entries = Object.entries(models).map(
    ([name, [provider, model]]) =>
      `{ name: ${JSON.stringify(name)}, targets: [{ provider: ${provider}, model: ${JSON.stringify(model)} }] }`,
  )
  const gateway = await startTestGateway({
    yaml: [
      sectionYaml('providers', [...providerEntries(upstream), ...(options.providers ?? [])]),
      sectionYaml('models', [...entries, ...(options.models ?? [])]),
      options.yaml ?? '',
    ].join('\n'),
    keys: options.keys ?? [],
  })
  const { url, key } = gateway
  return {
    gateway,
    upstream,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: `${url}/anthropic`, apiKey: key, maxRetries: 0 }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

function sectionYaml(name: string, entries: readonly string[]): string {
  return [`${name}:`, ...entries.map((entry) => `  - ${entry}`)].join('\n')
}

function providerEntries({ url, key }: Upstream): readonly string[] {
  const deployments = 'apiStyle: deployments, apiVersion: "2024-10-21"'
  const bedrock = `type: bedrock, region: ${upstreamAws.region}`
  const awsKeys = JSON.stringify({ type: 'keys', ...upstreamAws.credentials })
  return [
    `{ name: openai, type: openai, baseUrl: ${url}/v1, apiKey: ${key} }`,
    `{ name: compatible, type: openai-compatible, baseUrl: ${url}/v1, apiKey: ${key} }`,
    `{ name: stateless, type: openai-compatible, baseUrl: ${url}/v1, apiKey: ${key}, responses: true }`,
    `{ name: azure-v1, type: azure-openai, baseUrl: ${url}, apiKey: ${key} }`,
    `{ name: azure-deployments, type: azure-openai, baseUrl: ${url}, apiKey: ${key}, ${deployments} }`,
    `{ name: apim, type: azure-apim, baseUrl: ${url}/openai, apiKey: ${key}, apiVersion: "2024-10-21" }`,
    `{ name: apim-plain, type: azure-apim, baseUrl: ${url}/openai/v1, apiKey: ${key}, apiStyle: plain }`,
    `{ name: ollama, type: ollama, baseUrl: ${url}, apiKey: ${key} }`,
    `{ ${bedrock}, name: bedrock, baseUrl: ${url}, auth: ${awsKeys} }`,
    `{ ${bedrock}, name: bedrock-key, baseUrl: ${url}, auth: { type: api-key, apiKey: ${key} } }`,
    `{ ${bedrock}, name: bedrock-openai, baseUrl: ${url}, api: openai, auth: { type: api-key, apiKey: ${key} } }`,
    `{ name: anthropic, type: anthropic, baseUrl: ${url}, apiKey: ${key} }`,
    `{ name: gemini, type: gemini, baseUrl: ${url}, apiKey: ${key} }`,
  ]
}

/** The two records of one call. */
export interface CallRecords {
  readonly decision: DecisionRecord & StoredRecord
  readonly outcome: OutcomeRecord & StoredRecord
}

/** Waits for both records of a call, or of the latest one; throws when they do not come within two seconds. */
export async function recordsOf(gateway: TestGateway, requestId?: string): Promise<CallRecords> {
  const directory = join(gateway.dataDir, 'audit')
  for (const deadline = Date.now() + 2000; ; await Bun.sleep(5)) {
    const all = await Array.fromAsync(readAuditLog(directory))
    const id = requestId ?? all.findLast((record) => record.type === 'decision')?.requestId
    const decision = all.find((record) => record.type === 'decision' && record.requestId === id)
    const outcome = all.find((record) => record.type === 'outcome' && record.requestId === id)
    if (decision?.type === 'decision' && outcome?.type === 'outcome') return { decision, outcome }
    if (Date.now() > deadline) throw new Error(`There are no two records of call ${id}.`)
  }
}

/** What a promise rejects with; throws when it does not. */
export async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('The call succeeded.')
}

/** A tool the tests offer. */
export const weather = {
  name: 'get_weather',
  description: 'Weather of a place',
  parameters: {
    type: 'object' as const,
    properties: { place: { type: 'string', minLength: 3 }, days: { type: 'integer', minimum: 2 } },
    required: ['place', 'days'],
    additionalProperties: false,
  },
}

/** What the simulated provider calls `get_weather` with: the least its schema allows. */
export const weatherArguments = { place: 'simulated', days: 2 }

/** The smallest complete PNG: one grey pixel. */
export const pixelPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='
