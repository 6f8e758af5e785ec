import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI, { InternalServerError, PermissionDeniedError } from 'openai'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startAzureIdentity } from '../support/azure-identity.ts'
import type { AzureIdentity } from '../support/azure-identity.ts'
import { makeCertificate } from '../support/certificate.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { failure } from '../support/sdk.ts'

const subscriptions = {
  research: 'subscription-of-research',
  sales: 'subscription-of-sales',
  chatbot: 'subscription-of-the-chatbot',
}
const clientKeys = { research: newKey(), sales: newKey(), guest: newKey() }
const clientSecret = 'secret-of-the-application'

/** What one call showed at API Management. */
interface Shown {
  readonly subscription: string | null
  readonly apiKey: string | null
  readonly authorization: string | null
}

let identity: AzureIdentity
let apim: ReturnType<typeof startApim>
let gateway: TestGateway

/** API Management that knows the subscriptions, and Azure OpenAI behind it that knows the tokens. */
function startApim() {
  const shown: Shown[] = []
  const known = new Set<string | null>(Object.values(subscriptions))
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request) {
      const { headers } = request
      const call = {
        subscription: headers.get('ocp-apim-subscription-key'),
        apiKey: headers.get('api-key'),
        authorization: headers.get('authorization'),
      }
      shown.push(call)
      await request.text()
      const isOpen = new URL(request.url).pathname.startsWith('/entra/')
      if (!isOpen && !known.has(call.subscription)) {
        const message = `Access denied due to invalid subscription key ${call.subscription}.`
        return Response.json({ statusCode: 401, message }, { status: 401 })
      }
      const needsToken = isOpen || new URL(request.url).pathname.startsWith('/both/')
      const token = call.authorization?.slice('Bearer '.length) ?? ''
      if (needsToken && !identity.tokens.includes(token)) {
        return Response.json({ statusCode: 401, message: 'no token' }, { status: 401 })
      }
      const message = { role: 'assistant', content: 'Yes.' }
      const choices = [{ index: 0, message, finish_reason: 'stop' }]
      const head = { id: 'x', object: 'chat.completion', created: 1, model: 'm' }
      return Response.json({ ...head, choices, usage: { prompt_tokens: 1, completion_tokens: 1 } })
    },
  })
  return {
    url: server.url.href.replace(/\/$/, ''),
    shown,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

beforeAll(async () => {
  const certificate = makeCertificate('rsa')
  const certificateFile = join(mkdtempSync(join(tmpdir(), 'smartflow-entra-')), 'app.pem')
  writeFileSync(certificateFile, certificate.cert + certificate.key)
  identity = startAzureIdentity({
    tenantId: 'tenant-1',
    clientId: 'client-1',
    clientSecret,
    certificate: certificate.cert,
  })
  apim = startApim()
  const application = `tenantId: tenant-1, clientId: client-1, authority: ${identity.url}`
  const secret = `auth: { type: client-credentials, ${application}, clientSecret: ${clientSecret} }`
  const certified = `auth: { type: client-credentials, ${application}, certificateFile: ${certificateFile} }`
  const machine = `auth: { type: managed-identity, server: ${identity.url} }`
  const byDepartment = [
    `{ when: { departments: [research] }, apiKey: ${subscriptions.research} }`,
    `{ when: { groups: ["sell*"] }, apiKey: ${subscriptions.sales} }`,
  ].join(', ')
  const plain = (name: string) => `type: azure-apim, apiStyle: plain, baseUrl: ${apim.url}/${name}`
  const model = (name: string) =>
    `  - { name: ${name}, targets: [{ provider: ${name}, model: m }] }`
  const key = (name: keyof typeof clientKeys, rest: string) =>
    `{ name: ${name}, sha256: ${hashKey(clientKeys[name])}, user: ${name}@example.com, models: ["*"]${rest} }`
  gateway = await startTestGateway({
    keys: [
      key('research', ', department: research'),
      key('sales', ', department: field, groups: [sellers]'),
      key('guest', ''),
    ],
    yaml: [
      'providers:',
      `  - { name: strict, ${plain('x')}, credentials: [${byDepartment}] }`,
      `  - { name: usual, ${plain('x')}, apiKey: ${subscriptions.chatbot}, credentials: [${byDepartment}] }`,
      `  - { name: both, ${plain('both')}, credentials: [${byDepartment}], ${secret} }`,
      `  - { name: entra, type: azure-openai, baseUrl: ${apim.url}/entra, ${machine} }`,
      `  - { name: certified, type: azure-openai, baseUrl: ${apim.url}/entra, ${certified} }`,
      `  - { name: wrong, type: azure-apim, apiStyle: plain, baseUrl: ${apim.url}/x, apiKey: a-key-nobody-knows }`,
      `  - { name: refused, type: azure-openai, baseUrl: ${apim.url}/entra, auth: { type: client-credentials, ${application}, clientSecret: a-wrong-secret } }`,
      'models:',
      ...['strict', 'usual', 'both', 'entra', 'certified', 'wrong', 'refused'].map(model),
    ].join('\n'),
  })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await apim[Symbol.asyncDispose]()
  await identity[Symbol.asyncDispose]()
})

function ask(
  caller: keyof typeof clientKeys,
  model: string,
): ReturnType<OpenAI['chat']['completions']['create']> {
  const client = new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: clientKeys[caller],
    maxRetries: 0,
  })
  return client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }] })
}

describe('a subscription key of API Management', () => {
  test.each([
    ['research', 'strict', subscriptions.research],
    ['sales', 'strict', subscriptions.sales],
    ['research', 'usual', subscriptions.research],
    ['guest', 'usual', subscriptions.chatbot],
  ] as const)('of %s at %s is %s', async (caller, model, subscription) => {
    await ask(caller, model)
    expect(apim.shown.at(-1)).toEqual({
      subscription,
      apiKey: subscription,
      authorization: null,
    })
  })

  test('of nobody is not replaced by that of somebody else', async () => {
    const before = apim.shown.length
    const error = await failure(ask('guest', 'strict'))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(apim.shown).toHaveLength(before)
    expect(Bun.inspect(error)).not.toContain('subscription-of')
  })

  test('stays what it is for callers at the same time', async () => {
    const callers = Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0 ? ('research' as const) : ('sales' as const),
    )
    const before = apim.shown.length
    await Promise.all(callers.map((caller) => ask(caller, 'strict')))
    const used = apim.shown.slice(before).map(({ subscription }) => subscription)
    expect(used.filter((each) => each === subscriptions.research)).toHaveLength(20)
    expect(used.filter((each) => each === subscriptions.sales)).toHaveLength(20)
  })

  test('that is refused is nowhere told to the client', async () => {
    const error = await failure(ask('guest', 'wrong'))
    expect(error).toBeInstanceOf(InternalServerError)
    expect(Bun.inspect(error)).not.toContain('a-key-nobody-knows')
  })
})

describe('a token of Entra', () => {
  test('is got once for all and sent beside the key of each caller', async () => {
    await Promise.all([ask('research', 'both'), ask('sales', 'both'), ask('research', 'both')])
    const used = apim.shown.slice(-3)
    expect(new Set(used.map(({ authorization }) => authorization)).size).toBe(1)
    expect(
      used.map(({ subscription }) => subscription ?? '').toSorted((a, b) => a.localeCompare(b)),
    ).toEqual([subscriptions.research, subscriptions.research, subscriptions.sales])
  })

  test.each(['entra', 'certified'])('of %s is all that Azure needs', async (model) => {
    await ask('guest', model)
    expect(apim.shown.at(-1)).toMatchObject({ subscription: null, apiKey: null })
    expect(identity.refusals).toEqual([])
  })

  test('that is not issued is told as credentials to renew, without any secret', async () => {
    const error = await failure(ask('guest', 'refused'))
    expect(error).toMatchObject({ status: 502, code: 'provider_refused_credentials' })
    expect(Bun.inspect(error)).not.toContain('a-wrong-secret')
    expect(gateway.logged()).not.toContain('a-wrong-secret')
    expect(gateway.logged()).toContain('AADSTS7000215')
  })
})

test('no secret of any provider was ever logged', () => {
  const logged = gateway.logged()
  for (const secret of [...Object.values(subscriptions), clientSecret, ...identity.tokens]) {
    expect(logged).not.toContain(secret)
  }
})
