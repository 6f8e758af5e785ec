import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  createAuthenticate,
  createKeyAuthenticator,
  createKeyDirectory,
  hashKey,
  keysConfigSchema,
  newKey,
  type Authenticator,
  type Credentials,
  type KeyConfig,
  type StoredKey,
} from './index.ts'

const nowMs = Date.parse('2026-11-01T12:00:00Z')

function configured(key: string, fields: object = {}): readonly KeyConfig[] {
  return keysConfigSchema.parse([
    { name: 'analytics', sha256: hashKey(key), user: 'ana', ...fields },
  ])
}

function stored(key: string, fields: Partial<StoredKey> = {}): StoredKey {
  return {
    id: 'key_1',
    name: 'laptop',
    sha256: hashKey(key),
    lastFour: key.slice(-4),
    user: 'ben@example.com',
    kind: 'user',
    tenant: 'default',
    groups: [],
    models: ['*'],
    createdAt: nowMs,
    createdBy: 'test',
    ...fields,
  }
}

function bearer(key: string): Credentials {
  return {
    authorization: `Bearer ${key}`,
    xApiKey: undefined,
    apiKey: undefined,
    xGoogApiKey: undefined,
  }
}

describe('createKeyDirectory', () => {
  test('finds the principal of a configured and of a stored key', () => {
    const [one, two] = [newKey(), newKey()]
    const directory = createKeyDirectory({
      configured: configured(one, {
        department: 'research',
        groups: ['analysts'],
        roles: ['trader'],
        models: ['gpt-*'],
        kind: 'service',
      }),
      stored: [stored(two, { tier: 'gold', product: 'search' })],
    })
    expect(directory.size).toBe(2)
    expect(directory.find(one, nowMs)).toEqual({
      id: 'ana',
      kind: 'service',
      tenant: 'default',
      department: 'research',
      groups: ['analysts'],
      roles: ['trader'],
      authenticatedBy: 'key',
      keyId: 'analytics',
      models: ['gpt-*'],
    })
    expect(directory.find(two, nowMs)).toEqual({
      id: 'ben@example.com',
      kind: 'user',
      tenant: 'default',
      groups: [],
      tier: 'gold',
      authenticatedBy: 'key',
      product: 'search',
      keyId: 'key_1',
      models: ['*'],
    })
  })

  test('hands out principals nobody can change', () => {
    const key = newKey()
    const found = createKeyDirectory({ configured: [], stored: [stored(key)] }).find(key, nowMs)
    if (typeof found !== 'object') throw new Error('not found')
    expect(Object.isFrozen(found)).toBe(true)
    expect(Object.isFrozen(found.groups) && Object.isFrozen(found.models)).toBe(true)
  })

  test('a key expires at its very millisecond', () => {
    const key = newKey()
    const directory = createKeyDirectory({
      configured: configured(key, { expiresAt: '2026-11-01T13:00:00+01:00' }),
      stored: [],
    })
    expect(directory.find(key, nowMs - 1)).toBeObject()
    expect(directory.find(key, nowMs)).toBe('expired')
  })

  test('a revocation wins over expiry and over the same key in the configuration', () => {
    const key = newKey()
    const revoked = stored(key, { revokedAt: nowMs - 1, expiresAt: nowMs - 1 })
    const directory = createKeyDirectory({ configured: configured(key), stored: [revoked] })
    expect(directory.find(key, nowMs)).toBe('revoked')
  })

  test('the configuration names the owner of a key that is in the store too', () => {
    const key = newKey()
    const directory = createKeyDirectory({ configured: configured(key), stored: [stored(key)] })
    expect(directory.size).toBe(1)
    expect(directory.find(key, nowMs)).toMatchObject({ id: 'ana' })
  })

  test('any change of a key makes it unknown, and so is its hash presented as a key', () => {
    const key = newKey()
    const directory = createKeyDirectory({ configured: [], stored: [stored(key)] })
    expect(directory.find(hashKey(key), nowMs)).toBe('unknown')
    fc.assert(
      fc.property(fc.nat(key.length - 1), fc.string({ maxLength: 2 }), (at, text) => {
        const changed = key.slice(0, at) + text + key.slice(at + 1)
        fc.pre(changed !== key)
        expect(directory.find(changed, nowMs)).toBe('unknown')
      }),
    )
  })
})

describe('createKeyAuthenticator', () => {
  const [valid, expired, revoked] = [newKey(), newKey(), newKey()]
  const directory = createKeyDirectory({
    configured: configured(valid),
    stored: [stored(expired, { expiresAt: nowMs }), stored(revoked, { revokedAt: 1 })],
  })
  const keys = createKeyAuthenticator({
    directory: () => directory,
    clock: { now: () => nowMs, monotonic: () => 0 },
  })
  const authenticate = createAuthenticate([keys])

  test('names the caller of a valid key without a promise', () => {
    expect(authenticate(bearer(valid))).toMatchObject({ id: 'ana', authenticatedBy: keys.name })
  })

  test('says in words that a key expired or was revoked', () => {
    expect(() => authenticate(bearer(expired))).toThrow('has expired')
    expect(() => authenticate(bearer(revoked))).toThrow('was revoked')
    for (const [key, state] of [
      [expired, 'expired'],
      [revoked, 'revoked'],
    ] as const) {
      const cause = { state, keyId: directory.idOf(key) }
      expect(cause.keyId).toBeString()
      expect(() => authenticate(bearer(key))).toThrow(
        expect.objectContaining({ cause: expect.objectContaining(cause) }),
      )
    }
    expect(directory.idOf(newKey())).toBeUndefined()
  })

  test('an unknown, a malformed and a foreign key get the same answer', () => {
    const answers = [
      newKey(),
      'sk-sf-123',
      'sk-sf-' + 'A'.repeat(48),
      'sk-proj-abc',
      'eyJhbGciOi',
    ].map((key) => {
      try {
        void authenticate(bearer(key))
      } catch (error) {
        return error instanceof Error ? Object.assign({ message: error.message }, error) : error
      }
      throw new Error('The key was accepted.')
    })
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ code: 'invalid_key', status: 401 })
  })

  test('takes a new directory into account on the next call', () => {
    let current = createKeyDirectory({ configured: [], stored: [] })
    const swapping = createKeyAuthenticator({
      directory: () => current,
      clock: { now: () => nowMs, monotonic: () => 0 },
    })
    expect(() => swapping.authenticate(bearer(valid))).toThrow('not know')
    current = directory
    expect(swapping.authenticate(bearer(valid))).toBeObject()
  })
})

describe('createAuthenticate', () => {
  const principal = {
    id: 'zoe',
    kind: 'user',
    tenant: 'default',
    groups: [],
    authenticatedBy: 'other',
    models: [],
  } as const
  const silent: Authenticator = { name: 'silent', authenticate: async () => undefined }
  const willing: Authenticator = { name: 'other', authenticate: async () => principal }

  test('asks one after the other until one vouches', async () => {
    expect(await createAuthenticate([silent, silent, willing])(bearer('x'))).toBe(principal)
  })

  test('refuses when none vouches, or when there is none', async () => {
    const answer = createAuthenticate([silent, silent])(bearer('x'))
    expect(await Promise.resolve(answer).catch(String)).toContain('not know')
    expect(() => createAuthenticate([])(bearer('x'))).toThrow('not know')
  })
})
