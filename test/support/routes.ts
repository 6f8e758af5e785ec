import { afterAll, beforeAll, describe, expect } from 'bun:test'
import type { StoredRecord } from '../../src/audit/index.ts'
import { chat } from './chat-client.ts'
import type { ChatCall, ChatResult } from './chat-client.ts'
import { providerKey, startFaultyGateway } from './faulty-gateway.ts'
import type { FaultyGatewayOptions } from './faulty-gateway.ts'
import type { TestGateway } from './gateway.ts'
import type { Dialect } from './raw-answers.ts'
import { startRawProvider } from './raw-provider.ts'
import type { RawProvider, RawScript } from './raw-provider.ts'

/** A way through the gateway: what the client speaks and what the provider speaks. */
export interface Route {
  readonly client: Dialect
  readonly provider: Dialect
}

/** One gateway in front of one raw provider, for all tests about one route. */
export interface RouteUnderTest extends Route {
  readonly raw: () => RawProvider
  readonly gateway: () => TestGateway
  /** Calls with the provider following a script. */
  readonly call: (script: RawScript, call: Omit<ChatCall, 'dialect'>) => Promise<ChatResult>
}

const routes: readonly Route[] = [
  { client: 'openai', provider: 'openai' },
  { client: 'anthropic', provider: 'anthropic' },
  { client: 'openai', provider: 'anthropic' },
  { client: 'anthropic', provider: 'openai' },
]

/** Describes the same behaviour for every route, same format and translated. */
export function describeRoutes(
  options: Omit<FaultyGatewayOptions, 'dialect' | 'url'>,
  body: (route: RouteUnderTest) => void,
): void {
  for (const route of routes) {
    describe(`${route.client} client, ${route.provider} provider`, () => {
      let raw: RawProvider
      let gateway: TestGateway
      beforeAll(async () => {
        raw = await startRawProvider()
        gateway = await startFaultyGateway({
          ...options,
          dialect: route.provider,
          url: baseUrl(raw, route.provider),
        })
      })
      afterAll(async () => {
        await gateway[Symbol.asyncDispose]()
        await raw[Symbol.asyncDispose]()
      })
      body({
        ...route,
        raw: () => raw,
        gateway: () => gateway,
        async call(script, call) {
          raw.script(script)
          const result = await chat(gateway, { ...call, dialect: route.client })
          expect(result.text).not.toContain(providerKey)
          return result
        },
      })
    })
  }
}

/** Address of a raw provider as the configuration of its dialect wants it. */
export function baseUrl(raw: { readonly url: string }, dialect: Dialect): string {
  return dialect === 'openai' ? `${raw.url}/v1` : raw.url
}

export interface ExpectedError {
  readonly status: number
  readonly code: string
  readonly source?: string
}

/** Expects an error answer of the gateway in the client's dialect, with its request id and who is at fault. */
export function expectError(result: ChatResult, dialect: Dialect, expected: ExpectedError): void {
  const { status, code, source = 'provider' } = expected
  expect(result.status).toBe(status)
  expect(result.headers.get('content-type')).toStartWith('application/json')
  expect(result.headers.get('x-smartflow-error-source')).toBe(source)
  expect(result.requestId).toMatch(/^req_[0-9a-f]{32}$/)
  if (dialect === 'anthropic') expect(result.headers.get('request-id')).toBe(result.requestId)
  expect(result.error).toMatchObject({ code, source, request_id: result.requestId })
  expect(result.error?.['message']).toBeString()
}

/** Expects a stream that began and ended with an error in the client's dialect, and with nothing after it. */
export function expectStreamError(result: ChatResult, expected: { readonly code: string }): void {
  expect(result.status).toBe(200)
  expect(result.broken).toBe(false)
  expect(result.terminated).toBe(false)
  expect(result.error).toMatchObject({
    code: expected.code,
    source: 'provider',
    request_id: result.requestId,
  })
}

/** The records about one call, in their order. */
export function recordsOf(
  records: readonly StoredRecord[],
  requestId: string | null,
): StoredRecord[] {
  return records.filter((record) => 'requestId' in record && record.requestId === requestId)
}
