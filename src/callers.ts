import type { Clock } from './core/clock.ts'
import type { Principal } from './core/principal.ts'
import {
  createAuthenticate,
  createKeyAuthenticator,
  createKeyDirectory,
  openKeyStore,
  watchStoredKeys,
} from './identity/index.ts'
import type { KeyConfig, KeyDirectory, StoredKey } from './identity/index.ts'
import type { Logger } from './telemetry/index.ts'

/** The keys of a running gateway. */
export interface Keys extends AsyncDisposable {
  /** Those in force right now. */
  readonly directory: () => KeyDirectory
  /** Those of the configuration and those of the store that are not revoked; reads the store. */
  readonly list: () => readonly (KeyConfig | StoredKey)[]
  /** Puts other keys of the configuration in force. */
  configure(next: readonly KeyConfig[]): void
}

/** Opens the keys in force: those of the configuration and of the store, compiled anew when either changes. */
export function openKeys(
  initial: readonly KeyConfig[],
  {
    dataDir,
    clock,
    logger,
  }: { readonly dataDir: string; readonly clock: Clock; readonly logger: Logger },
): Keys {
  const store = openKeyStore({ dataDir, clock })
  let configured = initial
  let directory = createKeyDirectory({ configured, stored: [] })
  const rebuild = (): void => {
    directory = createKeyDirectory({ configured, stored: store.list() })
  }
  const watch = watchStoredKeys(store, {
    onChange: rebuild,
    onError: (error) => logger.error('cannot read the key store', { error }),
  })
  return {
    directory: () => directory,
    list: () => [...configured, ...store.list().filter(({ revokedAt }) => revokedAt === undefined)],
    configure(next: readonly KeyConfig[]) {
      configured = next
      rebuild()
    },
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

/** Makes what names the caller by the headers of a request; it throws when they name none. */
export function authenticateBy(
  keys: Pick<Keys, 'directory'>,
  clock: Clock,
): (headers: Headers) => Principal | Promise<Principal> {
  const { directory } = keys
  const authenticate = createAuthenticate([createKeyAuthenticator({ directory, clock })])
  return (headers) =>
    authenticate({
      authorization: headers.get('authorization') ?? undefined,
      xApiKey: headers.get('x-api-key') ?? undefined,
      apiKey: headers.get('api-key') ?? undefined,
      xGoogApiKey: headers.get('x-goog-api-key') ?? undefined,
    })
}
