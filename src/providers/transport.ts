import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import type { ProviderConfig } from './config.ts'
import type { Fetch, Provider, ProviderTraits } from './provider.ts'

/** Seconds an unused connection to a provider is kept. */
const idleConnectionSeconds = 90

/**
 * Opens a provider: its traits with a connection pool of its own. No proxy and no certificate is taken
 * from the environment, only from its configuration.
 */
export function openProvider(
  config: ProviderConfig,
  traits: ProviderTraits,
  options: { readonly fetch?: Fetch } = {},
): Provider {
  const session =
    options.fetch === undefined
      ? new Bun.FetchSession({
          keepAlive: { idleTimeout: idleConnectionSeconds },
          proxy: config.proxy ?? false,
          // Both said explicitly, or NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS would decide.
          tls: {
            rejectUnauthorized: true,
            ca:
              config.caFile === undefined
                ? publicAuthorities()
                : readFileSync(config.caFile, 'utf8'),
          },
        })
      : undefined
  const extra = Object.entries(config.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value.reveal()] as const,
  )
  return {
    ...traits,
    name: config.name,
    type: config.type,
    headers: { ...traits.headers, ...Object.fromEntries(extra) },
    secrets: secretsOf(config),
    asksStreamUsage:
      config.streamUsage === undefined ? traits.asksStreamUsage : config.streamUsage === 'ask',
    fetch: options.fetch ?? ((url, init) => sessionFetch(session, url, init)),
    async [Symbol.asyncDispose]() {
      session?.close()
    },
  }
}

/** The certificate authorities that the runtime brings along. */
function publicAuthorities(): string[] {
  return [...rootCertificates]
}

/** A shorter word is no credential, and striking it out would spoil honest messages. */
const minSecretLength = 8

function secretsOf(config: ProviderConfig): readonly string[] {
  const key = 'apiKey' in config ? config.apiKey : undefined
  return [key, ...Object.values(config.headers ?? {})]
    .map((secret) => secret?.reveal() ?? '')
    .filter(({ length }) => length >= minSecretLength)
}

function sessionFetch(
  session: Bun.FetchSession | undefined,
  url: string,
  init: Parameters<Fetch>[1],
): Promise<Response> {
  return session === undefined ? fetch(url, init) : session.fetch(url, init)
}
