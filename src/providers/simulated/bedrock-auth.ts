import { signRequest } from '../sigv4.ts'
import type { AwsCredentials } from '../sigv4.ts'
import { ProviderRefusal } from './errors.ts'

/** Whose signatures a simulated Bedrock accepts. */
export interface SimulatedAws {
  readonly credentials: AwsCredentials
  readonly region: string
}

/** AWS accepts signatures of five minutes ago. */
const maxAgeMs = 300_000

const pattern =
  /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([^/, ]+)\/([^/, ]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/

/** Tells whether a request is signed instead of carrying a key. */
export function isSigned(headers: Headers): boolean {
  return headers.get('authorization')?.startsWith('AWS4-') === true
}

/** Throws what AWS answers to a signature that is missing, old or wrong. */
export function checkSignature(
  request: Pick<Request, 'method' | 'url' | 'headers'>,
  { aws, body, now }: { readonly aws: SimulatedAws; readonly body: string; readonly now: number },
): void {
  const { headers } = request
  const match = pattern.exec(headers.get('authorization') ?? '')
  if (match === null) throw refusal('MissingAuthenticationTokenException', 'Missing signature.')
  const [, keyId, , region, service, names = ''] = match
  const { credentials } = aws
  if (
    keyId !== credentials.accessKeyId ||
    headers.get('x-amz-security-token') !== (credentials.sessionToken ?? null)
  ) {
    throw refusal(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
  }
  if (region !== aws.region || service !== 'bedrock') {
    throw refusal('InvalidSignatureException', 'Credential should be scoped to a valid region.')
  }
  const at = momentOf(headers.get('x-amz-date') ?? '')
  if (!(Math.abs(now - at) <= maxAgeMs)) {
    throw refusal('InvalidSignatureException', 'Signature expired.')
  }
  const signed = names.split(';')
  if (!signed.includes('host') || !signed.includes('x-amz-date')) throw mismatch()
  const url = new URL(request.url)
  const host = headers.get('host') ?? url.host
  const expected = signRequest(
    {
      method: request.method,
      url: `${url.protocol}//${host}${url.pathname}${url.search}`,
      headers: Object.fromEntries(signed.map((name) => [name, headers.get(name) ?? ''])),
      body,
    },
    { credentials, region, service, at },
  )
  if (expected['authorization'] !== headers.get('authorization')) throw mismatch()
}

function mismatch(): ProviderRefusal {
  return refusal(
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided.',
  )
}

function refusal(type: string, message: string): ProviderRefusal {
  return new ProviderRefusal(403, message, { type })
}

function momentOf(date: string): number {
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(date) ?? []
  if (day === undefined || time === undefined) return NaN
  return Date.parse(
    `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`,
  )
}
