import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import type { ContentBlock, Message, Tool } from '@aws-sdk/client-bedrock-runtime'
import { weather } from './sdk.ts'
import type { TestGateway } from './gateway.ts'

/** Name of a model of Claude at Bedrock. */
export const claudeAtBedrock = 'anthropic.claude-sonnet-4-5-20250929-v1:0'

/** Turns that get a text, and turns that get a call of `get_weather`. */
export const question: Message[] = [{ role: 'user', content: [{ text: 'What is a gateway?' }] }]
export const askForWeather: Message[] = [
  { role: 'user', content: [{ text: 'Please call get_weather.' }] },
]

/** The tool the tests offer, as Converse has it. */
export const weatherTool: Tool = {
  toolSpec: {
    name: weather.name,
    description: weather.description,
    inputSchema: { json: weather.parameters },
  },
}

/** The SDK of AWS, unchanged but for address and key. */
export function bedrockClient(
  { url, key }: Pick<TestGateway, 'url' | 'key'>,
  token = key,
): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    endpoint: `${url}/bedrock`,
    region: 'eu-central-1',
    token: { token },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
  })
}

/** Joins the words of an answer. */
export function textOfBlocks(blocks: readonly ContentBlock[] | undefined): string {
  return (blocks ?? []).map((block) => block.text ?? '').join('')
}
