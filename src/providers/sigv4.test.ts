import { describe, expect, test } from 'bun:test'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import * as fc from 'fast-check'
import { createSigner, encodeUriComponent, signRequest } from './sigv4.ts'
import type { AwsCredentials, SignableRequest } from './sigv4.ts'

const scope = { region: 'eu-central-1', service: 'bedrock' }

/** What the official signer puts into the header `authorization`. */
async function officialSignature(
  request: SignableRequest,
  credentials: AwsCredentials,
  at: number,
): Promise<string | undefined> {
  const signer = new SignatureV4({
    ...scope,
    sha256: Sha256,
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
    },
  })
  const url = new URL(request.url)
  const query: Record<string, string[]> = {}
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value)
  const signed = await signer.sign(
    {
      protocol: 'https:',
      method: request.method,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { ...request.headers, host: url.host },
      ...(request.body !== undefined && { body: request.body }),
    },
    { signingDate: new Date(at) },
  )
  return signed.headers['authorization']
}

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
// The second encoding shows only where the first one left something to encode.
const modelId = fc.oneof(
  word,
  fc.constantFrom(
    'anthropic.claude-3-5-sonnet-20241022-v2:0',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc~(1)',
    '100%/a b+c=d&e?f#g',
    "it's(this)*!",
  ),
)
// The official signer keeps names in plain objects.
const isPlain = (name: string): boolean => !(name in Object.prototype)
const headerName = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,15}$/)
  .filter((name) => isPlain(name) && !/^(?:proxy-|sec-|x-amz-)/.test(name) && !unsigned.has(name))
const unsigned = new Set([
  'authorization',
  'cache-control',
  'connection',
  'expect',
  'from',
  'host',
  'date',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])
const request: fc.Arbitrary<SignableRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    host: fc.constantFrom('bedrock-runtime.eu-central-1.amazonaws.com', '127.0.0.1:8080'),
    ids: fc.array(modelId, { maxLength: 4 }),
    query: fc.dictionary(word.filter(isPlain), word, { maxKeys: 4 }),
    headers: fc.dictionary(headerName, fc.stringMatching(/^[!-~]{1,10}( {1,3}[!-~]{1,10})?$/), {
      maxKeys: 5,
    }),
    body: fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()), { nil: undefined }),
  })
  .map(({ method, host, ids, query, headers, body }) => {
    const path = ids.map((id) => `/${encodeUriComponent(id)}`).join('')
    const pairs = Object.entries(query).map(
      ([name, value]) => `${encodeUriComponent(name)}=${encodeUriComponent(value)}`,
    )
    const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`
    return { method, url: `https://${host}/model${path}/converse${search}`, headers, body }
  })
const credentials: fc.Arbitrary<AwsCredentials> = fc.record({
  accessKeyId: fc.stringMatching(/^AKIA[A-Z0-9]{16}$/),
  secretAccessKey: fc.stringMatching(/^[A-Za-z0-9/+]{40}$/),
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9/+=]{1,80}$/), { nil: undefined }),
})
const moment = fc.integer({ min: 0, max: 4_000_000_000_000 })

describe('a signature', () => {
  test('is the one the official signer makes', async () => {
    await fc.assert(
      fc.asyncProperty(request, credentials, moment, async (unsignedRequest, secret, at) => {
        const signed = signRequest(unsignedRequest, { ...scope, credentials: secret, at })
        expect(signed['authorization']).toBe(await officialSignature(unsignedRequest, secret, at))
        expect(signed['x-amz-security-token']).toBe(secret.sessionToken)
      }),
      { numRuns: 300 },
    )
  })

  test('is the same from a signer that keeps the key of the day', () => {
    const secrets = fc.array(credentials, { minLength: 1, maxLength: 2 })
    const calls = fc.array(fc.tuple(request, fc.nat(), fc.constantFrom(0, 1, 86_400_000)), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(secrets, calls, (owners, asked) => {
        const signer = createSigner()
        for (const [each, owner, at] of asked) {
          const secret = owners[owner % owners.length]
          if (secret === undefined) continue
          const where = { ...scope, credentials: secret, at }
          expect(signer(each, where)).toEqual(signRequest(each, where))
        }
      }),
    )
  })

  test('covers the path as it was encoded twice', () => {
    const credentialsOfTest = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
    const sign = (path: string) =>
      signRequest(
        { method: 'POST', url: `https://host.example${path}`, headers: {}, body: '{}' },
        { ...scope, credentials: credentialsOfTest, at: 0 },
      )['authorization']
    expect(sign('/model/a%3A0/converse')).not.toBe(sign('/model/a:0/converse'))
  })

  test('says what it covers, in the words of the documentation', () => {
    const signed = signRequest(
      {
        method: 'GET',
        url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: undefined,
      },
      {
        region: 'us-east-1',
        service: 'iam',
        credentials: {
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        },
        at: Date.UTC(2015, 7, 30, 12, 36, 0),
      },
    )
    expect(signed['x-amz-date']).toBe('20150830T123600Z')
    expect(signed['x-amz-content-sha256']).toStartWith('e3b0c44298fc1c14')
    expect(signed['authorization']).toStartWith(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
        'SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=',
    )
  })
})
