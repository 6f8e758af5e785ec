/** A real provider the demo can offer beside the simulated one. */
export interface FoundProvider {
  readonly name: string
  /** Entry of the `providers` section, as YAML in one line. */
  readonly entry: string
  /** Names of models, which are those of the provider; `*` stands for any characters. */
  readonly models: readonly string[]
  /** What gave it away, in words for the person at the terminal. */
  readonly foundBy: string
}

/** Models that the demo offers without any model behind them; the last one says what reached the provider. */
export const simulatedModels = [
  'simulated',
  'simulated-reasoning',
  'simulated-embedding',
  'simulated-echo',
] as const

/** A small policy of everything that is replaced, so that the first answers show it. */
const policies = `
policies:
  - pack: secrets
  - id: demo
    rules:
      - { id: cards, action: redact, what: { detectors: [payment-card, iban] } }
      - { id: mails, action: tokenise, what: { detectors: [email] } }
`

const usualOllama = 'http://127.0.0.1:11434'
const ollamaProbeMs = 300

/** Providers whose key alone makes them usable, and names of models worth showing in a list. */
const keyed = [
  {
    type: 'openai',
    variable: 'OPENAI_API_KEY',
    models: ['gpt-5.4', 'gpt-5.4-mini', 'text-embedding-3-small', 'gpt-*'],
  },
  {
    type: 'anthropic',
    variable: 'ANTHROPIC_API_KEY',
    models: ['claude-sonnet-5', 'claude-haiku-4-5', 'claude-*'],
  },
  {
    type: 'gemini',
    variable: 'GEMINI_API_KEY',
    models: ['gemini-3.5-flash', 'gemini-2.5-pro', 'gemini-*'],
  },
] as const

/** Looks for credentials in the environment and for an Ollama on this machine. Asks no other host. */
export async function findProviders(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly FoundProvider[]> {
  const found: FoundProvider[] = []
  for (const { type, variable, models } of keyed) {
    if ((environment[variable] ?? '') === '') continue
    const entry = `{ name: ${type}, type: ${type}, apiKey: "\${env:${variable}}" }`
    found.push({ name: type, entry, models, foundBy: variable })
  }
  const url = ollamaUrl(environment['OLLAMA_HOST'])
  const models = url === undefined ? [] : await listOllamaModels(url)
  if (models.length > 0) {
    const entry = `{ name: ollama, type: ollama, baseUrl: "${url}" }`
    found.push({ name: 'ollama', entry, models, foundBy: 'Ollama on this machine' })
  }
  return found
}

/** Writes the configuration of the demo, in the same form an operator would. */
export function demoConfig(
  found: readonly FoundProvider[],
  options: { readonly dataDir: string; readonly listen: string; readonly admin: string },
): string {
  const simulated = { name: 'simulated', models: simulatedModels }
  const models = [simulated, ...found].flatMap(({ name: provider, models: names }) =>
    names.map((name) => {
      const model = JSON.stringify(targetOf(name))
      return `{ name: ${JSON.stringify(name)}, targets: [{ provider: ${provider}, model: ${model} }] }`
    }),
  )
  return [
    'server:',
    `  listen: ${options.listen}`,
    `  admin: { listen: ${options.admin} }`,
    `data: { dir: ${JSON.stringify(options.dataDir)} }`,
    'providers:',
    ...['{ name: simulated, type: simulated }', ...found.map(({ entry }) => entry)].map(asItem),
    'models:',
    ...models.map(asItem),
    policies,
  ].join('\n')
}

/** The provider's own name of a model that the demo offers. */
function targetOf(name: string): string {
  if (name === 'simulated-echo') return 'simulated;echo'
  return name.endsWith('*') ? '*' : name
}

function asItem(entry: string): string {
  return `  - ${entry}`
}

/**
 * Returns where Ollama listens on this machine; `undefined` when its variable names another machine or
 * nothing that is an address. It is the server's own variable, which may say "on every interface".
 */
function ollamaUrl(host: string | undefined): string | undefined {
  if (host === undefined || host === '') return usualOllama
  const text = host.includes('://') ? host : `http://${host}`
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const isHere = ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '[::]'].includes(url.hostname)
  if (!isHere) return undefined
  const isEverywhere = url.hostname === '0.0.0.0' || url.hostname === '[::]'
  const port = url.port === '' ? (host.includes('://') ? '80' : '11434') : url.port
  return `http://${isEverywhere ? '127.0.0.1' : url.hostname}:${port}`
}

async function listOllamaModels(url: string): Promise<readonly string[]> {
  try {
    const response = await fetch(`${url}/api/tags`, {
      signal: AbortSignal.timeout(ollamaProbeMs),
      proxy: false,
    })
    const body: unknown = await response.json()
    return namesOf(body)
  } catch {
    // No Ollama on this machine: the demo goes without.
    return []
  }
}

function namesOf(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null || !('models' in body)) return []
  const { models } = body
  if (!Array.isArray(models)) return []
  return models.flatMap((model: unknown) =>
    typeof model === 'object' && model !== null && 'name' in model && typeof model.name === 'string'
      ? [model.name]
      : [],
  )
}
