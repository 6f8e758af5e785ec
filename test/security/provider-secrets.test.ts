import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chat } from '../support/chat-client.ts'
import { startAzureIdentity } from '../support/azure-identity.ts'
import type { AzureIdentity } from '../support/azure-identity.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

/**
 * A provider that repeats in its errors every header it was sent, as debugging proxies do, and an issuer
 * of tokens that repeats what it was sent.
 */

const sessionToken = 'FwoGZXIvYXdzEBYaDH/session+token/part=='
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const clientSecret = 'secret-of-the-application'

function startIndiscreet() {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/credentials') {
        const Expiration = new Date(Date.now() + 3_600_000).toISOString()
        const AccessKeyId = 'ASIAISSUED'
        const SecretAccessKey = secretAccessKey
        return Response.json({ AccessKeyId, SecretAccessKey, Token: sessionToken, Expiration })
      }
      const text = await request.text()
      if (pathname.endsWith('/token')) {
        const error_description = `What is ${decodeURIComponent(text)}?`
        return Response.json({ error: 'invalid_client', error_description }, { status: 401 })
      }
      const said = [...request.headers].map(([name, value]) => `${name}: ${value}`).join('; ')
      const error = { message: `I was sent ${said}`, type: 'invalid_request_error', code: null }
      if (!text.includes('"stream":true')) {
        return Response.json({ error, message: error.message }, { status: 400 })
      }
      const headers = { 'content-type': 'text/event-stream' }
      return new Response(`data: ${JSON.stringify({ error })}\n\n`, { headers })
    },
  })
  return {
    url: server.url.href.replace(/\/$/, ''),
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

let provider: ReturnType<typeof startIndiscreet>
let identity: AzureIdentity
let gateway: TestGateway

beforeAll(async () => {
  provider = startIndiscreet()
  identity = startAzureIdentity({ tenantId: 'tenant-1', clientId: 'client-1', clientSecret })
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'smartflow-token-')), 'token')
  writeFileSync(tokenFile, 'token-of-the-container')
  const entra = (authority: string) =>
    `auth: { type: client-credentials, tenantId: tenant-1, clientId: client-1, clientSecret: ${clientSecret}, authority: ${authority} }`
  const container = `auth: { type: container, url: "${provider.url}/credentials", tokenFile: ${tokenFile} }`
  gateway = await startTestGateway({
    yaml: [
      'providers:',
      `  - { name: azure, type: azure-openai, baseUrl: ${provider.url}, ${entra(identity.url)} }`,
      `  - { name: refused, type: azure-openai, baseUrl: ${provider.url}, ${entra(provider.url)} }`,
      `  - { name: bedrock, type: bedrock, region: eu-central-1, baseUrl: ${provider.url}, ${container} }`,
      `  - { name: plain, type: openai, baseUrl: ${provider.url}/v1, apiKey: sk-configured/key+1, headers: { x-corp: corporate-secret } }`,
      'models:',
      ...['azure', 'refused', 'bedrock', 'plain'].map(
        (name) => `  - { name: ${name}, targets: [{ provider: ${name}, model: m }] }`,
      ),
    ].join('\n'),
  })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
  await identity[Symbol.asyncDispose]()
})

const secrets = () => [
  ...identity.tokens,
  sessionToken,
  secretAccessKey,
  clientSecret,
  'sk-configured/key+1',
  'corporate-secret',
]

describe('a provider that repeats what it was sent', () => {
  for (const model of ['azure', 'bedrock', 'plain']) {
    for (const dialect of ['openai', 'anthropic'] as const) {
      for (const stream of [false, true]) {
        const form = `${dialect} ${stream ? 'as a stream' : 'in one piece'}`
        test(`teaches nobody the credentials of ${model}, ${form}`, async () => {
          const { text } = await chat(gateway, { model, dialect, stream })
          if (!stream || model !== 'bedrock') {
            expect(text).toContain('I was sent')
            expect(text).toContain('[secret]')
          }
          for (const secret of secrets()) expect(text).not.toContain(secret)
        })
      }
    }
  }
})

describe('an issuer of tokens that repeats what it was sent', () => {
  test('teaches neither the client nor the log a secret', async () => {
    const { status, text } = await chat(gateway, {
      model: 'refused',
      dialect: 'openai',
      stream: false,
    })
    expect(status).toBe(502)
    expect(gateway.logged()).toContain('invalid_client')
    for (const secret of secrets()) {
      expect(text).not.toContain(secret)
      expect(gateway.logged()).not.toContain(secret)
    }
  })
})

describe('what is written down', () => {
  test('holds no credential: audit log, operational log, metrics, status', async () => {
    const pages = ['/', '/metrics', '/api/routing/status', '/api/health/comprehensive']
    const shown = await Promise.all(
      pages.map(async (path) => (await fetch(gateway.adminUrl + path)).text()),
    )
    const written = [...shown, gateway.logged(), JSON.stringify(await gateway.records())]
    for (const text of written) {
      for (const secret of [...secrets(), gateway.key]) expect(text).not.toContain(secret)
    }
  })
})
