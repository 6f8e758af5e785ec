import { readFile } from 'node:fs/promises'
import { GatewayError } from '../core/errors.ts'
import { asNumber, asObject, asString, parseJson } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { AwsAuthConfig } from './aws-auth-config.ts'
import type { ProviderRuntime } from './provider.ts'
import type { AwsCredentials } from './sigv4.ts'
import { askIssuer, askJsonIssuer } from './token-request.ts'
import { createTokenSource } from './token-source.ts'
import type { IssuedToken, IssueToken } from './token-source.ts'

/** Hands out credentials that are valid now. */
export interface AwsCredentialSource {
  /** Throws as `TokenSource.token`. */
  credentials(signal: AbortSignal): AwsCredentials | Promise<AwsCredentials>
}

type SigningAuth = Exclude<AwsAuthConfig, { readonly type: 'api-key' }>
type Source<Type extends SigningAuth['type']> = SigningAuth & { readonly type: Type }

/**
 * Makes the source of credentials that a configuration describes; temporary ones are renewed ahead. Only
 * addresses that it names are asked.
 */
export function createAwsCredentials(
  config: SigningAuth,
  { runtime, region }: { readonly runtime: ProviderRuntime; readonly region: string },
): AwsCredentialSource {
  switch (config.type) {
    case 'keys': {
      const credentials = {
        accessKeyId: config.accessKeyId.reveal(),
        secretAccessKey: config.secretAccessKey.reveal(),
        sessionToken: config.sessionToken?.reveal(),
      }
      return { credentials: () => credentials }
    }
    case 'container':
      return renewed((signal) => fromContainer(config, { runtime, signal }), runtime)
    case 'instance-metadata':
      return renewed((signal) => fromInstance(config, { runtime, signal }), runtime)
    case 'web-identity': {
      const url = config.stsUrl ?? `https://sts.${region}.${domainOf(region)}`
      return renewed((signal) => fromWebIdentity({ ...config, url }, { runtime, signal }), runtime)
    }
  }
}

/** Returns the domain of AWS that a region belongs to. */
export function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}

/** Credentials as a token: the source that renews tokens renews them too. */
function renewed(issue: IssueToken, runtime: ProviderRuntime): AwsCredentialSource {
  const source = createTokenSource(issue, runtime)
  let latest: { readonly text: string; readonly credentials: AwsCredentials } | undefined
  function read(text: string): AwsCredentials {
    if (latest?.text !== text) latest = { text, credentials: understand(text) }
    return latest.credentials
  }
  return {
    credentials(signal) {
      const token = source.token(signal)
      return typeof token === 'string' ? read(token) : token.then(read)
    },
  }
}

function understand(text: string): AwsCredentials {
  const found = asObject(parseJson(text))
  return {
    accessKeyId: asString(found?.['AccessKeyId']) ?? '',
    secretAccessKey: asString(found?.['SecretAccessKey']) ?? '',
    sessionToken: asString(found?.['Token']),
  }
}

/** What a request for credentials needs. */
interface Asking {
  readonly runtime: ProviderRuntime
  readonly signal: AbortSignal
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
async function fromContainer(
  { url, tokenFile }: Source<'container'>,
  { runtime, signal }: Asking,
): Promise<IssuedToken> {
  const authorization = tokenFile === undefined ? undefined : await readToken(tokenFile)
  const answer = await askJsonIssuer(runtime.fetchDirectly, {
    url,
    method: 'GET',
    ...(authorization !== undefined && { headers: { authorization } }),
    signal,
  })
  return issued(answer, runtime)
}

const maxSessionSeconds = 21_600

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html */
async function fromInstance(
  config: Source<'instance-metadata'>,
  { runtime, signal }: Asking,
): Promise<IssuedToken> {
  const server = config.server.replace(/\/+$/, '')
  const session = await askIssuer(runtime.fetchDirectly, {
    url: `${server}/latest/api/token`,
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': String(maxSessionSeconds) },
    signal,
  })
  const headers = { 'x-aws-ec2-metadata-token': session.trim() }
  const roles = `${server}/latest/meta-data/iam/security-credentials/`
  const found = await askIssuer(runtime.fetchDirectly, {
    url: roles,
    method: 'GET',
    headers,
    signal,
  })
  const role = found.trim().split('\n')[0] ?? ''
  if (role === '') throw refused('the machine has no role')
  const url = roles + encodeURIComponent(role)
  return issued(
    await askJsonIssuer(runtime.fetchDirectly, { url, method: 'GET', headers, signal }),
    runtime,
  )
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
async function fromWebIdentity(
  config: Source<'web-identity'> & { readonly url: string },
  { runtime, signal }: Asking,
): Promise<IssuedToken> {
  const answer = await askJsonIssuer(runtime.fetch, {
    url: config.url,
    method: 'POST',
    body: {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: config.roleArn,
      RoleSessionName: config.sessionName,
      WebIdentityToken: await readToken(config.tokenFile),
    },
    signal,
  })
  const response = asObject(answer['AssumeRoleWithWebIdentityResponse'])
  const result = asObject(response?.['AssumeRoleWithWebIdentityResult'])
  const { SessionToken, ...rest } = asObject(result?.['Credentials']) ?? {}
  return issued({ ...rest, Token: SessionToken }, runtime)
}

async function readToken(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim()
}

/** Makes a token of an answer with credentials; those without an end are renewed every hour. */
function issued(answer: JsonObject, { clock }: ProviderRuntime): IssuedToken {
  const { AccessKeyId, SecretAccessKey, Token } = answer
  if (!isText(AccessKeyId) || !isText(SecretAccessKey)) throw refused('no credentials were given')
  const end = endOf(answer['Expiration'])
  const lifetimeMs = end === undefined ? 3_600_000 : end - clock.now()
  if (!(lifetimeMs > 0)) throw refused('the credentials have ended')
  return { value: JSON.stringify({ AccessKeyId, SecretAccessKey, Token }), lifetimeMs }
}

/** Returns milliseconds since the epoch: a time stamp of ISO 8601, or seconds. */
function endOf(value: JsonValue | undefined): number | undefined {
  const seconds = asNumber(value)
  if (seconds !== undefined) return seconds * 1000
  const end = Date.parse(asString(value) ?? '')
  return Number.isNaN(end) ? undefined : end
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== ''
}

function refused(reason: string): GatewayError {
  return new GatewayError('provider_refused_credentials', undefined, { cause: new Error(reason) })
}
