import { describe, expect, test } from 'bun:test'
import { asObject } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import type { ClientFormat, ProviderFormat, Warning } from './format.ts'
import { gemini } from './gemini/index.ts'
import type { NeutralAnswer, NeutralRequest } from './neutral.ts'
import { openAiChat } from './openai-chat/index.ts'
import { openAiResponses } from './openai-responses/index.ts'
import { neutralSignature, ownSignature, type Origin } from './origin.ts'

const proof = 'c2lnbmVk'
const makers: readonly (readonly [Origin, string, ProviderFormat])[] = [
  ['claude', 'claude-sonnet-4-5', anthropicMessages],
  ['claude', 'anthropic.claude-sonnet-4-5', bedrockConverse],
  ['gpt', 'gpt-5', openAiResponses],
  ['gemini', 'gemini-2.5-pro', gemini],
]
const clients: readonly (readonly [string, ClientFormat, Keep])[] = [
  ['openai-chat', openAiChat, (body) => at(body, 'choices', 0, 'message')],
  ['openai-responses', openAiResponses, (body) => at(body, 'output')],
  ['anthropic-messages', anthropicMessages, (body) => at(body, 'content')],
  ['gemini', gemini, (body) => at(body, 'candidates', 0, 'content')],
  ['bedrock-converse', bedrockConverse, (body) => at(body, 'output', 'message')],
]
type Keep = (body: JsonObject) => unknown

/** What a client of each format sends to go on from an answer it kept. */
const requests: Readonly<Record<string, (kept: unknown) => object>> = {
  'openai-chat': (kept) => ({ messages: [{ role: 'user', content: 'Hi' }, kept] }),
  'openai-responses': (kept) => ({ input: [{ role: 'user', content: 'Hi' }].concat(kept as []) }),
  'anthropic-messages': (kept) => ({
    max_tokens: 9,
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: kept },
    ],
  }),
  gemini: (kept) => ({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }, kept] }),
  'bedrock-converse': (kept) => ({
    messages: [{ role: 'user', content: [{ text: 'Hi' }] }, kept],
  }),
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => Object(inner)[key], value)
}

describe.each(clients)('a client of %s', (name, client, keep) => {
  // Between a client and a provider of Gemini nothing is translated.
  const others = makers.filter(([origin]) => name !== 'gemini' || origin !== 'gemini')
  test.each(others)('sends the proof of %s back to %s, to it alone, and unchanged', (origin) => {
    const answer: NeutralAnswer = {
      id: 'a',
      model: 'm',
      content: [
        { type: 'reasoning', text: 'Hm.', signature: neutralSignature(proof, origin) },
        { type: 'text', text: 'Yes.' },
      ],
      stopReason: 'end',
    }
    const wire: unknown = JSON.parse(JSON.stringify(client.writeAnswer(answer, () => {})))
    const kept = keep(asObject(wire) ?? {})
    const body = { model: 'm', ...requests[name]?.(kept) }
    const asked = client.readRequest(asObject(JSON.parse(JSON.stringify(body))) ?? {}, {
      model: 'm',
      stream: false,
    })
    for (const [other, model, provider] of others) {
      const { text, warnings } = sent(provider, { ...asked, model })
      expect(text.includes(`"${proof}"`)).toBe(other === origin)
      expect(text).not.toContain(':c2lnbmVk')
      if (other !== origin) {
        expect(JSON.stringify(warnings)).toContain('signature of another provider')
      }
    }
  })
})

function sent(provider: ProviderFormat, request: NeutralRequest) {
  const warnings: Warning[] = []
  const body = provider.writeRequest(request, (warning) => warnings.push(warning))
  return { text: JSON.stringify(body), warnings }
}

describe('a signature', () => {
  test('belongs to its maker and to nobody else', () => {
    for (const origin of ['claude', 'gemini', 'gpt'] as const) {
      const neutral = neutralSignature(proof, origin)
      const own = (['claude', 'gemini', 'gpt'] as const).filter((each) =>
        ownSignature(neutral, each),
      )
      expect(own).toEqual([origin])
      expect(ownSignature(neutral, origin)).toBe(proof)
      expect(ownSignature(undefined, origin)).toBeUndefined()
    }
  })
})
