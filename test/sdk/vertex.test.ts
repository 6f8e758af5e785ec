import AnthropicVertex from '@anthropic-ai/vertex-sdk'
import { GoogleGenAI } from '@google/genai'
import { afterEach, describe, expect, test } from 'bun:test'
import { GoogleAuth, OAuth2Client } from 'google-auth-library'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { asObject, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { startGoogleCloud } from '../support/google.ts'
import type { GoogleCloud } from '../support/google.ts'
import { failure, recordsOf, weather } from '../support/sdk.ts'

const claude = 'claude-sonnet-4-5@20250929'
afterEach(async () => {
  while (running.length > 0) await running.pop()?.[Symbol.asyncDispose]()
})
const running: AsyncDisposable[] = []

/** A gateway in front of a cloud, proving who it is as `auth` says. */
async function startRig(auth: (cloud: GoogleCloud) => object, location = 'europe-west4') {
  const cloud = startGoogleCloud()
  running.push(cloud)
  const provider = {
    name: 'vertex',
    type: 'vertex',
    project: 'project-1',
    location,
    baseUrl: cloud.url,
    auth: auth(cloud),
  }
  const targets = (model: string): object[] => [{ provider: 'vertex', model }]
  const gateway = await startTestGateway({
    yaml: [
      `providers: [${JSON.stringify(provider)}, { name: simulated, type: simulated }]`,
      `models: ${JSON.stringify([
        { name: 'gemini', targets: targets('gemini-2.5-flash') },
        { name: 'claude', targets: targets(claude) },
        { name: 'simulated', targets: [{ provider: 'simulated', model: 'simulated' }] },
      ])}`,
    ].join('\n'),
  })
  running.push(gateway)
  return { cloud, gateway, ...clientsOf(gateway) }
}

function clientsOf({ url, key }: TestGateway) {
  const authClient = new OAuth2Client()
  authClient.setCredentials({ access_token: key, expiry_date: Date.now() + 3_600_000 })
  return {
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 }),
    google: new GoogleGenAI({
      vertexai: true,
      apiKey: key,
      httpOptions: { baseUrl: `${url}/vertex` },
    }),
    /** The official client of Claude at Vertex, unchanged but for its address. */
    vertex: new AnthropicVertex({
      baseURL: `${url}/vertex/v1`,
      region: 'europe-west4',
      projectId: 'any',
      authClient,
      maxRetries: 0,
    }),
  }
}

function file(content: JsonObject | string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'smartflow-google-')), 'file')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** The file of an identity that is known to another provider, and stands for a service account. */
function federatedFile(cloud: GoogleCloud, source: JsonObject): string {
  return file({
    type: 'external_account',
    audience: '//iam/pool',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${cloud.url}/sts`,
    service_account_impersonation_url: `${cloud.url}/impersonate:generateAccessToken`,
    credential_source: source,
  })
}

const byKeyFile = (cloud: GoogleCloud): object => ({ type: 'file', file: file(cloud.keyFile) })
const hello = [{ role: 'user', content: 'Hello' } as const]

describe('the mock of the cloud', () => {
  test('is what the official clients take for the real one', async () => {
    const cloud = startGoogleCloud()
    running.push(cloud)
    // Keys of service accounts take them to Google wherever they say: only a federated identity does not.
    const googleAuth = new GoogleAuth({
      keyFile: federatedFile(cloud, { file: file('subject-token') }),
      scopes: 'https://www.googleapis.com/auth/cloud-platform',
    })
    const anthropic = new AnthropicVertex({
      baseURL: `${cloud.url}/v1`,
      region: 'europe-west4',
      projectId: 'project-1',
      googleAuth,
      maxRetries: 0,
    })
    const asked = { model: claude, max_tokens: 100, messages: hello }
    const whole = await anthropic.messages.create(asked)
    expect(whole.content).toMatchObject([{ type: 'text' }])
    expect(await anthropic.messages.stream(asked).finalText()).toStartWith('This is')
    const counted = await anthropic.messages.countTokens({ model: claude, messages: hello })
    expect(counted.input_tokens).toBe(2)
    const google = new GoogleGenAI({
      vertexai: true,
      project: 'project-1',
      location: 'europe-west4',
      googleAuthOptions: { keyFile: federatedFile(cloud, { file: file('subject-token') }) },
      httpOptions: { baseUrl: cloud.url, apiVersion: 'v1' },
    })
    const { text } = await google.models.generateContent({
      model: 'gemini-2.5-flash',
      contents: 'Hello',
    })
    expect(text).toStartWith('This is')
  })
})

describe('a gateway in front of Vertex', () => {
  test('asks Gemini there with a token it got for a key file, once for many calls', async () => {
    const { cloud, google, openai, gateway } = await startRig(byKeyFile)
    const { text } = await google.models.generateContent({ model: 'gemini', contents: 'Hello' })
    expect(text).toStartWith('This is a simulated answer')
    const chunks = await Array.fromAsync(
      await google.models.generateContentStream({ model: 'gemini', contents: 'Hello' }),
    )
    expect(chunks.map((chunk) => chunk.text ?? '').join('')).toBe(text ?? '')
    const answer = await openai.chat.completions.create({ model: 'gemini', messages: hello })
    expect(answer.choices[0]?.message.content).toStartWith('This is')
    const { totalTokens } = await google.models.countTokens({ model: 'gemini', contents: 'Hello' })
    expect(totalTokens).toBe(2)
    expect(cloud.calls.filter(({ path }) => path === '/token')).toHaveLength(1)
    const at =
      '/v1/projects/project-1/locations/europe-west4/publishers/google/models/gemini-2.5-flash'
    expect(cloud.predictions().map(({ path }) => path)).toEqual([
      `${at}:generateContent`,
      `${at}:streamGenerateContent?alt=sse`,
      `${at}:generateContent`,
      `${at}:countTokens`,
    ])
    expect((await recordsOf(gateway)).outcome.provider).toBe('vertex')
  })

  test('asks Claude there, in the form of Anthropic', async () => {
    const { cloud, vertex, openai } = await startRig(byKeyFile)
    const asked = { model: 'claude', max_tokens: 100, messages: hello }
    const whole = await vertex.messages.create(asked)
    expect(whole.content).toMatchObject([{ type: 'text' }])
    expect(await vertex.messages.stream(asked).finalText()).toStartWith('This is')
    expect(
      (await vertex.messages.countTokens({ model: 'claude', messages: hello })).input_tokens,
    ).toBe(2)
    const stream = openai.chat.completions.stream({
      model: 'claude',
      messages: [{ role: 'user', content: `Please call ${weather.name}` }],
      tools: [{ type: 'function', function: weather }],
    })
    const { choices } = await stream.finalChatCompletion()
    expect(choices[0]?.message.tool_calls).toHaveLength(1)
    const at = '/v1/projects/project-1/locations/europe-west4/publishers/anthropic/models'
    expect(cloud.predictions().map(({ path }) => path)).toEqual([
      `${at}/${claude}:rawPredict`,
      `${at}/${claude}:streamRawPredict`,
      `${at}/count-tokens:rawPredict`,
      `${at}/${claude}:streamRawPredict`,
    ])
    expect(asObject(parseJson(cloud.predictions()[0]?.text ?? ''))).toEqual({
      max_tokens: 100,
      messages: hello,
      anthropic_version: 'vertex-2023-10-16',
    })
  })

  test.each([
    ['the metadata server', (cloud: GoogleCloud) => ({ type: 'metadata', server: cloud.url })],
    [
      'a key in the configuration',
      (cloud: GoogleCloud) => ({ type: 'json', json: JSON.stringify(cloud.keyFile) }),
    ],
    ['a token that something else renews', () => ({ type: 'token', token: 'access-token-1' })],
    [
      'a person who signed in',
      (cloud: GoogleCloud) => ({
        type: 'file',
        file: file({
          type: 'authorized_user',
          client_id: 'c',
          client_secret: 's',
          refresh_token: 'r',
          token_uri: `${cloud.url}/token`,
        }),
      }),
    ],
    [
      'another identity provider, its token in a file',
      (cloud: GoogleCloud) => ({
        type: 'file',
        file: federatedFile(cloud, { file: file('subject-token\n') }),
      }),
    ],
    [
      'another identity provider that is asked for its token',
      (cloud: GoogleCloud) => ({
        type: 'file',
        file: federatedFile(cloud, {
          url: `${cloud.url}/subject`,
          headers: { 'x-id': '1' },
          format: { type: 'json', subject_token_field_name: 'id_token' },
        }),
      }),
    ],
  ])('proves who it is by %s', async (_, auth) => {
    const { google } = await startRig(auth, 'global')
    const { text } = await google.models.generateContent({ model: 'gemini', contents: 'Hello' })
    expect(text).toStartWith('This is a simulated answer')
  })

  test('renews a token that is about to end while it is still used', async () => {
    const { cloud, google } = await startRig((it) => {
      it.lifetimeSeconds = 1
      return byKeyFile(it)
    })
    const ask = () => google.models.generateContent({ model: 'gemini', contents: 'Hello' })
    await ask()
    await Bun.sleep(600)
    // Past half its life: this call uses it, and asks for the next.
    await ask()
    for (const deadline = Date.now() + 1000; tokensAsked(cloud) < 2 && Date.now() < deadline;) {
      await Bun.sleep(5)
    }
    expect(tokensAsked(cloud)).toBe(2)
    expect(await ask()).toBeDefined()
  })

  test('tells apart who refused: the issuer of tokens, or nobody was there', async () => {
    const { cloud, google, gateway } = await startRig(byKeyFile)
    const ask = () => failure(google.models.generateContent({ model: 'gemini', contents: 'x' }))
    cloud.failNextToken(Response.json({ error: 'invalid_grant' }, { status: 400 }))
    expect(String(await ask())).toContain('PROVIDER_REFUSED_CREDENTIALS')
    expect(gateway.logged()).toContain('answered 400: invalid_grant')
    expect((await recordsOf(gateway)).outcome.errorCode).toBe('provider_refused_credentials')
    // The issuer is left alone for a second.
    expect(String(await ask())).toContain('PROVIDER_REFUSED_CREDENTIALS')
    expect(tokensAsked(cloud)).toBe(1)
    await Bun.sleep(1000)
    cloud.failNextToken(new Response('busy', { status: 503 }))
    expect(String(await ask())).toContain('PROVIDER_UNREACHABLE')
    expect(gateway.logged()).not.toContain('PRIVATE KEY')
  })

  test('says so when a token was withdrawn', async () => {
    const { cloud, google } = await startRig(byKeyFile)
    await google.models.generateContent({ model: 'gemini', contents: 'x' })
    cloud.renewTokens()
    const error = await failure(google.models.generateContent({ model: 'gemini', contents: 'x' }))
    expect(String(error)).toContain('PROVIDER_REFUSED_CREDENTIALS')
  })

  test.each([
    [{ type: 'service_account', client_email: 'a' }, 'private_key'],
    [{ type: 'external_account_authorized_user' }, 'type'],
  ])('does not start with a credential file it cannot use', async (content, fault) => {
    const error = await failure(startRig(() => ({ type: 'file', file: file(content) })))
    expect(String(error)).toContain('no credential file that is supported')
    expect(String(error)).toContain(fault)
  })
})

describe('the client of Claude at Vertex', () => {
  test('takes every other provider for Vertex', async () => {
    const { vertex } = await startRig(byKeyFile)
    const asked = { model: 'simulated', max_tokens: 100, messages: hello }
    const whole = await vertex.messages.create(asked)
    expect(whole.content).toMatchObject([{ type: 'text' }])
    expect(await vertex.messages.stream(asked).finalText()).toStartWith('This is')
    const overGemini = await vertex.messages.create({ ...asked, model: 'gemini' })
    expect(overGemini.content).toMatchObject([{ type: 'text' }])
  })
})

function tokensAsked(cloud: GoogleCloud): number {
  return cloud.calls.filter(({ path }) => path === '/token').length
}
