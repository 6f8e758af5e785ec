import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { KnownSecrets } from './known-secrets.ts'

describe('credentials in what a provider says', () => {
  test('are taken out, configured ones and issued ones, in every spelling', () => {
    const secrets = new KnownSecrets(['sk-configured', 'a/b+c=d "e"'])
    secrets.note({ authorization: 'Bearer issued-token' })
    secrets.note({
      authorization: 'AWS4-HMAC-SHA256 Credential=x',
      'x-amz-security-token': 'FwoG/session+token==',
    })
    const words = ['sk-configured', 'a/b+c=d "e"', 'issued-token', 'FwoG/session+token==']
    const said = [
      words.join(' '),
      JSON.stringify(words),
      JSON.stringify(words).replaceAll('/', '\\/'),
      words.map(encodeURIComponent).join('&'),
    ]
    for (const text of said) {
      const struck = secrets.strike(text)
      expect(struck.match(/\[secret\]/g)).toHaveLength(words.length)
      for (const part of ['configured', 'b+c', 'issued', 'session']) {
        expect(struck).not.toContain(part)
      }
    }
    expect(secrets.strike('AWS4-HMAC-SHA256')).toBe('AWS4-HMAC-SHA256')
  })

  test('are taken out whole when one is the beginning of another', () => {
    const secrets = new KnownSecrets(['corporate', 'corporate-secret'])
    expect(secrets.strike('corporate-secret, corporate')).toBe('[secret], [secret]')
  })

  test('of few letters are left alone: they are words', () => {
    expect(new KnownSecrets(['none', '']).strike('none of it')).toBe('none of it')
  })

  test('that were issued are forgotten in their order when there are many', () => {
    const secrets = new KnownSecrets([])
    for (let token = 10; token < 40; token++) {
      secrets.note({ authorization: `Bearer issued-token-${token}` })
    }
    expect(secrets.strike('issued-token-10')).toBe('issued-token-10')
    for (let token = 24; token < 40; token++) {
      expect(secrets.strike(`issued-token-${token}`)).toBe('[secret]')
    }
  })

  test('never survive, whatever they are and whatever stands around them', () => {
    const secret = fc.string({ unit: 'grapheme-ascii', minLength: 8 })
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1 }), fc.string(), (words, text) => {
        const secrets = new KnownSecrets(words)
        const struck = secrets.strike(words.join(`${text}\u0000`))
        // The marks themselves may together spell what was struck out.
        const rest = struck.split('[secret]')
        for (const word of words) expect(rest.some((part) => part.includes(word))).toBeFalse()
      }),
    )
  })
})
