import { GatewayError } from '../core/errors.ts'
import { matchesAny } from '../core/patterns.ts'
import type { Principal } from '../core/principal.ts'
import type { Secret } from '../core/secret.ts'
import type { IdentityCredential } from './fields-config.ts'
import type { ProviderTraits } from './provider.ts'

/** What a configuration says about keys: the usual one, and those of certain callers. */
export interface KeyedConfig {
  readonly apiKey?: Secret | undefined
  readonly credentials?: readonly IdentityCredential[] | undefined
}

/** How a request is authorised with one key. */
type Authorize = NonNullable<ProviderTraits['authorize']>

/**
 * Describes a provider that asks with different keys for different callers: the first entry of
 * `credentials` that fits a caller decides, `apiKey` stands for everybody else. Without it, nobody else is
 * served: `model_not_permitted`.
 */
export function byIdentity<Config extends KeyedConfig>(
  config: Config,
  describe: (config: Config) => ProviderTraits,
): ProviderTraits {
  const traits = describe(config)
  const { credentials } = config
  if (credentials === undefined) return traits
  const keyless = describe({ ...config, apiKey: undefined })
  const others = credentials.map(({ when, apiKey }) => ({
    when,
    authorize: authorizeWith(describe({ ...config, apiKey }), keyless),
  }))
  const usual = config.apiKey === undefined ? refuse : authorizeWith(traits, keyless)
  return {
    ...traits,
    authorize(request) {
      const other = others.find(({ when }) => fits(when, request.principal))
      return (other?.authorize ?? usual)(request)
    },
  }
}

/** Tells whether a caller is one of those an entry names: one name of each list it has. */
function fits(when: IdentityCredential['when'], principal: Principal): boolean {
  const { departments, groups, products, tenants, users } = when
  return (
    isAmong(departments, principal.department) &&
    isAmong(products, principal.product) &&
    isAmong(tenants, principal.tenant) &&
    isAmong(users, principal.id) &&
    (groups === undefined || principal.groups.some((group) => matchesAny(groups, group)))
  )
}

function isAmong(patterns: readonly string[] | undefined, name: string | undefined): boolean {
  return patterns === undefined || (name !== undefined && matchesAny(patterns, name))
}

/** Authorises with the headers that the key makes; what expires beside it, or signs them, comes on top. */
function authorizeWith(traits: ProviderTraits, keyless: ProviderTraits): Authorize {
  const headers = Object.fromEntries(
    Object.entries(traits.headers).filter(([name, value]) => keyless.headers[name] !== value),
  )
  return (request) => {
    const added = traits.authorize?.({ ...request, headers: { ...request.headers, ...headers } })
    if (!(added instanceof Promise)) return { ...headers, ...added }
    return added.then((more) => ({ ...headers, ...more }))
  }
}

function refuse(): never {
  throw new GatewayError(
    'model_not_permitted',
    'The provider of this model has no credentials for this caller; the operator of the gateway has to add some.',
  )
}
