export { createAuthenticate, type Authenticate, type Authenticator } from './authenticator.ts'
export { keysConfigSchema, type KeyConfig } from './config.ts'
export { readCredential, type Credentials } from './credentials.ts'
export {
  createKeyAuthenticator,
  RefusedKey,
  type KeyAuthenticatorOptions,
} from './key-authenticator.ts'
export { createKeyDirectory, type KeyDirectory, type KeySources } from './key-directory.ts'
export { keyStorePath, openKeyStore, type KeyStore } from './key-store.ts'
export { hashKey, isWellFormedKey, keyHash, maskKey, newKey, type KeyHash } from './keys.ts'
export type { NewKey } from './new-key.ts'
export type { StoredKey } from './stored-key.ts'
export { watchStoredKeys, type WatchStoredKeysOptions } from './stored-keys.ts'
