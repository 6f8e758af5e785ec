import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { systemClock } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { Secret } from '../core/secret.ts'
import type { ProviderConfig } from './config.ts'
import { standingHeaders } from './headers.ts'
import { createHttpClient } from './http-client/index.ts'
import { KnownSecrets } from './known-secrets.ts'
import type { Fetch, Provider, ProviderRuntime, ProviderTraits } from './provider.ts'

/** Seconds an unused connection to a provider is kept. */
const idleConnectionSeconds = 90
/** Unused connections kept for one provider. */
const maxIdleConnections = 4096
/** Largest head of a provider's response, in bytes. */
const maxHeadBytes = 65_536

/**
 * Opens a provider: its traits with a connection pool of its own. No proxy and no certificate is taken
 * from the environment, only from its configuration.
 * @param describe returns the traits, given what they may use
 */
export function openProvider(
  config: ProviderConfig,
  describe: (runtime: ProviderRuntime) => ProviderTraits,
  options: { readonly fetch?: Fetch | undefined; readonly clock?: Clock } = {},
): Provider {
  const transport =
    options.fetch === undefined
      ? openTransport(config, ownAuthorities(config))
      : inProcess(options.fetch)
  const aside = options.fetch === undefined ? openAside(config, transport) : transport
  const traits = describe({
    clock: options.clock ?? systemClock,
    fetch: aside.fetch,
    fetchDirectly: aside.fetchDirectly,
  })
  const extra = Object.entries(config.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value.reveal()] as const,
  )
  const headers = { ...traits.headers, ...Object.fromEntries(extra) }
  const secrets = new KnownSecrets(secretsIn(config).map((secret) => secret.reveal()))
  const standing = new Map<string, Readonly<Record<string, string>>>()
  return {
    ...traits,
    name: config.name,
    type: config.type,
    region: config.region,
    perimeter: config.perimeter,
    headers,
    standingHeaders(contentType) {
      const known = standing.get(contentType)
      if (known !== undefined) return known
      const made = standingHeaders({ headers }, contentType)
      // Boundaries of forms differ in every request: what will not come again is not kept.
      if (standing.size < maxStandingHeaders) standing.set(contentType, made)
      return made
    },
    strike: (text) => secrets.strike(text),
    ...(traits.authorize === undefined ? {} : { authorize: noted(traits.authorize, secrets) }),
    asksStreamUsage:
      config.streamUsage === undefined ? traits.asksStreamUsage : config.streamUsage === 'ask',
    fetch: transport.fetch,
    async [Symbol.asyncDispose]() {
      transport.close()
      aside.close()
    },
  }
}

/** Types of content whose headers are kept. */
const maxStandingHeaders = 16

/** How requests reach a provider. */
interface Transport extends Pick<ProviderRuntime, 'fetch' | 'fetchDirectly'> {
  /** Closes what is not in use; running requests end by themselves. */
  readonly close: () => void
}

function inProcess(fetch: Fetch): Transport {
  return {
    fetch,
    fetchDirectly: fetch,
    close() {
      // No connection is held.
    },
  }
}

/** Whoever issues tokens is rarely behind the provider's own authority: there the public ones count too. */
function openAside(config: ProviderConfig, transport: Transport): Transport {
  if (config.caFile === undefined) return transport
  return openTransport(config, [...publicAuthorities(), ...ownAuthorities(config)])
}

function ownAuthorities({ caFile }: ProviderConfig): string[] {
  return caFile === undefined ? publicAuthorities() : [readFileSync(caFile, 'utf8')]
}

function openTransport(config: ProviderConfig, certificateAuthorities: string[]): Transport {
  const client = createHttpClient({
    certificateAuthorities,
    idleTimeoutMs: idleConnectionSeconds * 1000,
    maxIdleConnections,
    maxHeadBytes,
  })
  const direct: Transport = {
    fetch: (url, init) => client.send(url, init),
    fetchDirectly: (url, init) => client.send(url, init),
    close: () => client[Symbol.dispose](),
  }
  if (config.proxy === undefined) return direct
  const proxied = openProxied(config.proxy, certificateAuthorities)
  return {
    fetch: proxied.fetch,
    fetchDirectly: direct.fetch,
    close() {
      proxied.close()
      direct.close()
    },
  }
}

/** Through a proxy the runtime's own client is used. */
function openProxied(
  proxy: string,
  certificateAuthorities: string[],
): Pick<Transport, 'fetch' | 'close'> {
  const session = new Bun.FetchSession({
    keepAlive: { idleTimeout: idleConnectionSeconds },
    proxy,
    // Both said explicitly, or NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS would decide.
    tls: { rejectUnauthorized: true, ca: certificateAuthorities },
  })
  return { fetch: session.fetch, close: () => session.close() }
}

/** The certificate authorities that the runtime brings along. */
function publicAuthorities(): string[] {
  return [...rootCertificates]
}

type Authorize = NonNullable<ProviderTraits['authorize']>

/** Lets the credentials that a request is authorised with be known as such. */
function noted(authorize: Authorize, secrets: KnownSecrets): Authorize {
  return (request) => {
    const headers = authorize(request)
    return headers instanceof Promise
      ? headers.then((issued) => secrets.note(issued))
      : secrets.note(headers)
  }
}

/** Collects every secret of a configuration, wherever it stands. */
function secretsIn(value: unknown): readonly Secret[] {
  if (value instanceof Secret) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : []
}
