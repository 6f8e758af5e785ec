import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../src/core/errors.ts'
import { isObject } from '../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import {
  anthropicMessages,
  bedrockConverse,
  checkRequest,
  cohereChat,
  createLocator,
  gemini,
  openAiChat,
  openAiCompletions,
  openAiResponses,
} from '../../src/formats/index.ts'
import type { ClientFormat, ProviderFormat } from '../../src/formats/index.ts'
import { changed, pathsIn, richRequests } from './requests.ts'
import { badValue } from './values.ts'

const clients: readonly ClientFormat[] = [
  openAiChat,
  openAiCompletions,
  openAiResponses,
  anthropicMessages,
  gemini,
  bedrockConverse,
]
const providers: readonly ProviderFormat[] = [
  openAiChat,
  openAiCompletions,
  openAiResponses,
  anthropicMessages,
  gemini,
  bedrockConverse,
  cohereChat,
]
const models = ['gpt-4.1', 'gpt-5', 'claude-sonnet-4-5', 'claude-opus-4-6', 'gemini-3-pro', 'nova']

/** Translates a body as the gateway does; returns what is sent, or the error the caller gets. */
function translate(
  client: ClientFormat,
  provider: ProviderFormat,
  asked: { readonly body: JsonObject; readonly model: string },
): JsonObject | GatewayError {
  const target = { model: asked.model, stream: false }
  try {
    const request = client.readRequest(asked.body, target)
    checkRequest(request)
    return provider.writeRequest({ ...request, model: asked.model, streamUsage: true }, () => {})
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
}

describe.each(richRequests)('a request of $client', ({ client: name, body }) => {
  const client = clients.find((each) => each.name === name) ?? openAiChat
  const whole = { model: 'm', ...body }
  const paths = pathsIn(whole).slice(1)

  test.each(providers)('as it should be is understood, and written for $name', (provider) => {
    const written = translate(client, provider, { body: whole, model: 'm' })
    expect(written).not.toBeInstanceOf(GatewayError)
    expect(JSON.parse(JSON.stringify(written))).toBeObject()
  })

  test('with anything at any place is written for every provider, or refused with a path', () => {
    const mutation = fc.tuple(fc.constantFrom(...paths), badValue)
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...models),
        (mutations, model) => {
          const bad = mutations.reduce<JsonValue>(
            (value, [path, make]) => changed(value, path, make),
            whole,
          )
          if (!isObject(bad)) return
          const asked: JsonObject = JSON.parse(JSON.stringify(bad))
          for (const provider of providers) {
            const written = translate(client, provider, { body: asked, model })
            if (written instanceof GatewayError) expectPath(written, client, asked)
            else expect(JSON.stringify(written)).toStartWith('{')
          }
        },
      ),
      { numRuns: 250 },
    )
  })
})

/** The error is the caller's, says where, and can be put in words of the caller's own body. */
function expectPath(error: GatewayError, client: ClientFormat, body: JsonObject): void {
  expect(error.code).toBe('invalid_request')
  expect(error.param).toMatch(/^[\w$.[\]() :-]+$/)
  expect(error.message.length).toBeLessThan(400)
  const locate = createLocator(client, body, { model: 'm', stream: false })
  try {
    expect(locate(error.param ?? '')).not.toBe('')
  } catch (again) {
    // What cannot be read was refused by the reader: its paths are those of the body already.
    expect(again).toEqual(error)
  }
}
