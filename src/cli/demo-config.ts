/** Real models the demo can offer beside the simulated one. */
export interface FoundProviders {
  /** YAML entries of the `providers` section. */
  readonly providers: readonly string[]
  readonly models: readonly {
    readonly name: string
    readonly provider: string
    readonly from: string
  }[]
}

const ollamaUrl = 'http://127.0.0.1:11434'
const ollamaProbeMs = 300

/** Looks for credentials in the environment and for an Ollama on this machine. Asks no other host. */
export async function findProviders(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FoundProviders> {
  const providers: string[] = []
  const models: { name: string; provider: string; from: string }[] = []
  if (hasValue(environment['OPENAI_API_KEY'])) {
    providers.push('{ name: openai, type: openai, apiKey: "${env:OPENAI_API_KEY}" }')
    for (const name of ['gpt-4o-mini', 'gpt-4.1', 'text-embedding-3-small']) {
      models.push({ name, provider: 'openai', from: 'OPENAI_API_KEY' })
    }
  }
  if (hasValue(environment['ANTHROPIC_API_KEY'])) {
    providers.push('{ name: anthropic, type: anthropic, apiKey: "${env:ANTHROPIC_API_KEY}" }')
    for (const name of ['claude-sonnet-4-5', 'claude-haiku-4-5']) {
      models.push({ name, provider: 'anthropic', from: 'ANTHROPIC_API_KEY' })
    }
  }
  const local = await listOllamaModels()
  if (local.length > 0) providers.push(`{ name: ollama, type: ollama, baseUrl: "${ollamaUrl}" }`)
  for (const name of local)
    models.push({ name, provider: 'ollama', from: 'Ollama on this machine' })
  return { providers, models }
}

/** Writes the configuration of the demo, in the same form an operator would. */
export function demoConfig(
  found: FoundProviders,
  options: { readonly dataDir: string; readonly listen: string; readonly admin: string },
): string {
  const providers = ['{ name: simulated, type: simulated }', ...found.providers]
  const models = [
    ...['simulated', 'simulated-reasoning', 'simulated-embedding'].map((name) => ({
      name,
      provider: 'simulated',
    })),
    ...found.models,
  ]
  const modelLines = models.map(
    ({ name, provider }) =>
      `  - { name: ${JSON.stringify(name)}, targets: [{ provider: ${provider}, model: ${JSON.stringify(name)} }] }`,
  )
  return [
    'server:',
    `  listen: ${options.listen}`,
    `  admin: { listen: ${options.admin} }`,
    `data: { dir: ${JSON.stringify(options.dataDir)} }`,
    'providers:',
    ...providers.map((entry) => `  - ${entry}`),
    'models:',
    ...modelLines,
    '',
  ].join('\n')
}

async function listOllamaModels(): Promise<readonly string[]> {
  try {
    const response = await fetch(`${ollamaUrl}/api/tags`, {
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

function hasValue(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
