import { createHash, createHmac } from 'node:crypto'

/** AWS credentials; those with a session token are temporary. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** A request to be signed, as it will stand on the wire. */
export interface SignableRequest {
  readonly method: string
  /** Address whose path and query are encoded already. */
  readonly url: string
  /** The headers to be signed, by lower-case name; `host` is taken from the URL. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string | undefined
}

/** For whom, where and when a signature holds. */
export interface SigningScope {
  readonly credentials: AwsCredentials
  readonly region: string
  readonly service: string
  /** Milliseconds since the epoch; AWS accepts five minutes to either side. */
  readonly at: number
}

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * Signs a request with AWS Signature Version 4 and returns the headers to add. The path is encoded once
 * more for the signature, as every service but S3 wants it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signRequest(
  request: SignableRequest,
  scope: SigningScope,
  keyOf: (scope: SigningScope, day: string) => Buffer = signingKey,
): Readonly<Record<string, string>> {
  const { credentials, region, service } = scope
  const url = new URL(request.url)
  const date = amzDate(scope.at)
  const added: Record<string, string> = {
    'x-amz-date': date,
    'x-amz-content-sha256': sha256(request.body ?? ''),
    ...(credentials.sessionToken !== undefined && {
      'x-amz-security-token': credentials.sessionToken,
    }),
  }
  const headers = Object.entries({ ...request.headers, host: url.host, ...added })
    .map(([name, value]) => [name, value.replace(/\s+/g, ' ').trim()] as const)
    .sort(([a], [b]) => compare(a, b))
  const signedHeaders = headers.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    canonicalPath(url.pathname),
    canonicalQuery(url.search),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    signedHeaders,
    added['x-amz-content-sha256'],
  ].join('\n')
  const credentialScope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`
  const stringToSign = [algorithm, date, credentialScope, sha256(canonical)].join('\n')
  const signature = hmac(keyOf(scope, date.slice(0, 8)), stringToSign).toString('hex')
  const credential = `${credentials.accessKeyId}/${credentialScope}`
  return {
    ...added,
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  }
}

/** Makes a signer that derives the key of a day once for as long as the credentials stay the same. */
export function createSigner(): typeof signRequest {
  let held: { readonly scope: SigningScope; readonly day: string; readonly key: Buffer } | undefined
  const keyOf = (scope: SigningScope, day: string): Buffer => {
    const isSame =
      held?.day === day &&
      held.scope.credentials === scope.credentials &&
      held.scope.region === scope.region &&
      held.scope.service === scope.service
    if (held === undefined || !isSame) held = { scope, day, key: signingKey(scope, day) }
    return held.key
  }
  return (request, scope) => signRequest(request, scope, keyOf)
}

/** Encodes text for a path or query as RFC 3986 has it: only unreserved characters stay. */
export function encodeUriComponent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Encodes the segments of a path that is encoded already a second time; empty segments go. */
function canonicalPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '')
  const isOpen = path.endsWith('/') && segments.length > 0
  return `/${segments.map(encodeUriComponent).join('/')}${isOpen ? '/' : ''}`
}

/** Sorts the parameters of a query by name and value. */
function canonicalQuery(search: string): string {
  return search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const [name, value] =
        equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      return [recode(name), recode(value)] as const
    })
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Brings an encoded name or value into the one encoding that is signed. */
function recode(text: string): string {
  try {
    return encodeUriComponent(decodeURIComponent(text))
  } catch {
    // A lone percent sign stands for itself.
    return encodeUriComponent(text)
  }
}

/** Derives the key of one day; four hashes, a few microseconds. */
function signingKey({ credentials, region, service }: SigningScope, day: string): Buffer {
  const parts = [day, region, service, 'aws4_request']
  return parts.reduce<Buffer>(hmac, Buffer.from(`AWS4${credentials.secretAccessKey}`))
}

/** Writes a moment as ISO 8601 without punctuation: `20261123T152438Z`. */
function amzDate(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}
