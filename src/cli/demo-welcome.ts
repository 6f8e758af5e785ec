import { simulatedModels } from './demo-config.ts'
import type { FoundProvider } from './demo-config.ts'

/** Where a demo listens and who may call it. */
export interface DemoFacts {
  readonly url: string
  readonly adminUrl: string
  readonly key: string
  readonly found: readonly FoundProvider[]
}

interface Request {
  readonly title: string
  readonly path: string
  /** Header that carries the key, as this dialect has it. */
  readonly key: string
  readonly body: string
}

const bearer = 'authorization: Bearer $KEY'
const hello = '"messages":[{"role":"user","content":"Hello"}]'

/** One request for each dialect, in the words of its own clients. */
const requests: readonly Request[] = [
  {
    title: 'OpenAI chat',
    path: '/v1/chat/completions',
    key: bearer,
    body: `{"model":"simulated",${hello}}`,
  },
  {
    title: 'OpenAI chat, streamed',
    path: '/v1/chat/completions',
    key: bearer,
    body: `{"model":"simulated","stream":true,${hello}}`,
  },
  {
    title: 'OpenAI Responses',
    path: '/v1/responses',
    key: bearer,
    body: '{"model":"simulated","input":"Hello"}',
  },
  {
    title: 'Anthropic Messages',
    path: '/anthropic/v1/messages',
    key: 'x-api-key: $KEY',
    body: `{"model":"simulated","max_tokens":256,${hello}}`,
  },
  {
    title: 'Gemini',
    path: '/gemini/v1beta/models/simulated:generateContent',
    key: 'x-goog-api-key: $KEY',
    body: '{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}',
  },
  {
    title: 'Bedrock Converse',
    path: '/bedrock/model/simulated/converse',
    key: bearer,
    body: '{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}',
  },
]

/** Content that the policy of the demo treats, at a model that says what reached it. */
const treated: Request = {
  title: 'The card stays here; the address leaves as a token and is restored in the answer',
  path: '/v1/responses',
  key: bearer,
  body: '{"model":"simulated-echo","input":"Card 4111 1111 1111 1111, ana@example.com"}',
}

/** Returns what a demo says when it runs: where it is, what it offers, and requests to paste. */
export function welcome({ url, adminUrl, key, found }: DemoFacts): string {
  const offered = [
    `  Models    ${simulatedModels.join(', ')}`,
    ...found.map(({ models, foundBy }) => `            ${someOf(models)}   (${foundBy})`),
  ]
  const stays =
    found.length === 0
      ? 'The provider is simulated: nothing leaves this machine.'
      : 'Simulated models stay on this machine; the others are real, and so are their bills.'
  return `
Smartflow is running. ${stays}

  Gateway   ${url}
  Status    ${adminUrl}
${offered.join('\n')}

Paste this into another terminal:

  export GATEWAY=${url} JSON='content-type: application/json'
  export KEY=${key}

Then ask as any of these clients asks; any chat model above can take the place of "simulated".

${[...requests, treated].map(curlOf).join('\n')}
Clients need only this address and key: docs/clients.md.
${found.length === 0 ? hint : ''}Stop with Ctrl-C.
`
}

const maxShown = 5

function someOf(models: readonly string[]): string {
  const shown = models.slice(0, maxShown).join(', ')
  return models.length > maxShown ? `${shown} and ${models.length - maxShown} more` : shown
}

const hint =
  'With OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or a local Ollama, real models are offered too.\n'

function curlOf({ title, path, key, body }: Request): string {
  const flags = body.includes('"stream":true') ? '-sN' : '-s'
  return `  ${title}
    curl ${flags} $GATEWAY${path} -H "$JSON" -H "${key}" \\
      -d '${body}'
`
}
