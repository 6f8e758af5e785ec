import { hashKey } from '../../../src/identity/index.ts'
import type { FormatName } from '../../../src/formats/index.ts'
import { startTestGateway } from '../../support/gateway.ts'
import type { TestGateway } from '../../support/gateway.ts'
import { startScriptedProvider } from './scripted-provider.ts'
import type { ScriptedProvider } from './scripted-provider.ts'

/** Values that must not leave, each with a kind of treatment. */
export const card = '4539 5787 6362 1486'
export const iban = 'DE89 3704 0044 0532 0130 00'
export const phone = '+49 30 23125 0987'
export const mail = 'anna.schmidt@example.org'
export const person = 'Margarethe Lindqvist'
/** Values that only providers say. */
export const foreignCard = '5555 5555 5555 4444'
export const foreignMail = 'someone.else@example.net'
export const privateKey = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun\n'.repeat(8)}-----END RSA PRIVATE KEY-----`
export const blockMessage = 'Private keys stay here.'

/** Parts of the values by which any trace of them would be found. */
export const traces: readonly string[] = [
  '4539 5787',
  '6362 1486',
  '4539578763621486',
  'DE89',
  '0532 0130',
  '23125',
  'anna.schmidt',
  'Margarethe',
  'Lindqvist',
  '5555 5555',
  'someone.else',
  'MIIEowIBAAK',
]

const targetModel = 'anthropic.claude-sonnet-4-5-20250929-v1:0'

/** Provider whose own format the client speaks, and one with another. */
export const providersOf: Readonly<Record<FormatName, readonly [own: string, other: string]>> = {
  'openai-chat': ['openai', 'anthropic'],
  'openai-completions': ['openai', 'gemini'],
  'openai-responses': ['openai', 'anthropic'],
  'anthropic-messages': ['anthropic', 'openai'],
  gemini: ['gemini', 'openai'],
  'gemini-array': ['gemini', 'anthropic'],
  'bedrock-converse': ['bedrock', 'openai'],
  'bedrock-invoke': ['bedrock', 'anthropic'],
  'cohere-chat': ['cohere', 'openai'],
  'ollama-chat': ['ollama', 'bedrock'],
}

export const policies = `
policies:
  - id: privacy
    rules:
      - { id: cards, action: redact, what: { detectors: [payment-card] } }
      - { id: accounts, action: hash, what: { detectors: [iban] } }
      - { id: phones, action: mask, what: { detectors: [phone] } }
      - { id: mails, action: tokenise, what: { detectors: [email] } }
      - { id: people, action: tokenise, what: { detectors: [person-name] } }
      - { id: keys, action: block, what: { detectors: [private-key] }, message: "${blockMessage}" }
`

/** YAML of all kinds of providers at one address, and a model of the name of each. */
export function providersYaml(url: string): string {
  const providers = [
    `{ name: openai, type: openai, baseUrl: "${url}/v1", apiKey: k }`,
    `{ name: anthropic, type: anthropic, baseUrl: "${url}", apiKey: k }`,
    `{ name: gemini, type: gemini, baseUrl: "${url}", apiKey: k }`,
    `{ name: bedrock, type: bedrock, region: eu-central-1, baseUrl: "${url}", auth: { type: api-key, apiKey: k } }`,
    `{ name: cohere, type: cohere, baseUrl: "${url}", apiKey: k }`,
    `{ name: ollama, type: ollama, baseUrl: "${url}" }`,
  ]
  const names = ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'ollama']
  const models = names.map(
    (name) => `{ name: ${name}, targets: [{ provider: ${name}, model: "${targetModel}" }] }`,
  )
  return [
    'providers:',
    ...providers.map((each) => `  - ${each}`),
    'models:',
    ...models.map((each) => `  - ${each}`),
  ].join('\n')
}

/** A gateway with policies in front of a provider that says what it is told to. */
export interface ComplianceRig extends AsyncDisposable {
  readonly provider: ScriptedProvider
  readonly gateway: TestGateway
  /** Where to ask, and the key to ask with. */
  readonly at: { readonly url: string; readonly key: string }
}

export interface ComplianceRigOptions {
  /** YAML in place of the usual policies. */
  readonly policies?: string
  /** YAML in place of the usual providers and models. */
  readonly targets?: (url: string) => string
  readonly adminKey?: string
}

/** Starts both. */
export async function startComplianceRig(
  options: ComplianceRigOptions = {},
): Promise<ComplianceRig> {
  const provider = startScriptedProvider()
  const { adminKey, targets = providersYaml } = options
  const gateway = await startTestGateway({
    ...(adminKey !== undefined && { adminKeys: [`{ name: boss, sha256: ${hashKey(adminKey)} }`] }),
    yaml: `${targets(provider.url)}\n${options.policies ?? policies}`,
  })
  return {
    provider,
    gateway,
    at: { url: gateway.url, key: gateway.key },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await provider[Symbol.asyncDispose]()
    },
  }
}
