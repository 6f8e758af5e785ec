import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../core/errors.ts'
import { newKey, readCredential, type Credentials } from './index.ts'

const none: Credentials = {
  authorization: undefined,
  xApiKey: undefined,
  apiKey: undefined,
  xGoogApiKey: undefined,
}
const key = newKey()
const otherKey = newKey()

function refusalOf(credentials: Partial<Credentials>): GatewayError {
  try {
    readCredential({ ...none, ...credentials })
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('The credential was accepted.')
}

describe('readCredential', () => {
  test('accepts a key in each of the four headers', () => {
    expect(readCredential({ ...none, authorization: `Bearer ${key}` })).toBe(key)
    expect(readCredential({ ...none, authorization: `bearer   ${key} ` })).toBe(key)
    expect(readCredential({ ...none, xApiKey: key })).toBe(key)
    expect(readCredential({ ...none, apiKey: key })).toBe(key)
    expect(readCredential({ ...none, xGoogApiKey: key })).toBe(key)
  })

  test('accepts the same key in two headers', () => {
    expect(readCredential({ ...none, authorization: `Bearer ${key}`, apiKey: key })).toBe(key)
  })

  test('says where to put the key when there is none', () => {
    for (const credentials of [
      {},
      { xApiKey: '' },
      { apiKey: ' ' },
      { authorization: 'Bearer ' },
    ]) {
      const error = refusalOf(credentials)
      expect(error.code).toBe('missing_key')
      expect(error.status).toBe(401)
      expect(error.message).toContain('Authorization: Bearer KEY')
      expect(error.message).toContain('x-api-key, api-key or x-goog-api-key')
    }
  })

  test('refuses two different keys and names both headers', () => {
    const error = refusalOf({ authorization: `Bearer ${key}`, xGoogApiKey: otherKey })
    expect(error.code).toBe('invalid_request')
    expect(error.message).toContain('authorization and x-goog-api-key')
    expect(refusalOf({ xApiKey: key, apiKey: otherKey }).message).toContain('x-api-key and api-key')
  })

  test('refuses a repeated header, also when both values are the same', () => {
    for (const credentials of [
      { xApiKey: `${key}, ${key}` },
      { authorization: `Bearer ${key}, Bearer ${key}` },
      { apiKey: `${key},${otherKey}` },
    ]) {
      const error = refusalOf(credentials)
      expect(error.code).toBe('invalid_request')
      expect(error.message).toContain('more than once')
    }
  })

  test('refuses a scheme other than Bearer and shows the right one', () => {
    for (const authorization of [key, `Basic ${btoa(key)}`, `Bearer${key}`, `Token ${key}`]) {
      const error = refusalOf({ authorization })
      expect(error.code).toBe('invalid_key')
      expect(error.message).toContain('"Authorization: Bearer KEY"')
    }
  })

  test('tells who signs for AWS how to send a key instead', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-central-1/bedrock/aws4_request'
    const error = refusalOf({ authorization })
    expect(error.code).toBe('invalid_key')
    expect(error.message).toContain('AWS_BEARER_TOKEN_BEDROCK')
    expect(error.message).not.toContain('AKIA')
  })

  test('whatever the headers hold, no error repeats any of it', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{24,40}$/)
    const value = fc.option(
      fc
        .tuple(fc.constantFrom('', 'Bearer ', 'Basic ', 'x,', ' '), secret)
        .map((parts) => parts.join('')),
      { nil: undefined },
    )
    const credentials = fc.record({
      authorization: value,
      xApiKey: value,
      apiKey: value,
      xGoogApiKey: value,
    })
    fc.assert(
      fc.property(credentials, (given) => {
        try {
          readCredential(given)
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error
          const shown = `${error.message} ${error.param} ${String(error.cause)}`
          for (const text of Object.values(given)) {
            const hidden = text?.replace(/^(Bearer |Basic |x,| )/, '')
            if (hidden) expect(shown).not.toContain(hidden)
          }
        }
      }),
    )
  })
})
