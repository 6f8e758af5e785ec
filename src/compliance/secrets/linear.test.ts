import { expect, test } from 'bun:test'
import { createSecretScanner, tokenRules } from './index.ts'
import { randomOf } from './testing/shapes.ts'

const scanner = createSecretScanner(tokenRules)

/** Texts that nearly match, over and over: what follows a prefix is cut short or goes on for too long. */
const nearMisses: readonly (readonly [name: string, text: string])[] = [
  ...tokenRules.flatMap((rule) => {
    const token =
      randomOf(rule.before ?? '', 1) + (rule.prefixes[0] ?? '') + randomOf(rule.shape, 1)
    return [
      [`${rule.id}, cut`, `${token.slice(0, -2)}/`],
      [`${rule.id}, prolonged`, `${token}zz`],
      [`${rule.id}, beginning only`, `${rule.prefixes[0] ?? ''}/`],
    ] as const
  }),
  ['assignments', 'key='],
  ['assignments with operators', 'token:"'],
  ['keywords', 'key'],
  ['passwords', 'password = '],
  ['private keys', '-----BEGIN PRIVATE KEY-----\n'],
  ['PuTTY keys', 'PuTTY-User-Key-File-'],
  ['web tokens', 'eyJhbGciOiJIUzI1NiJ9.'],
  ['web tokens with commas', 'eyJhbGciOiJIUzI1NiJ9.eyJ,'],
  ['addresses', 'https://a:b'],
  ['Kubernetes secrets', 'kind: Secret\ndata:\n  a: b\n'],
  ['commands', 'curl -u a:'],
  ['headers', `-H 'authorization: bearer `],
]

test('a text of 50,000 characters of near misses takes less than 60 ms, whatever it nearly matches', () => {
  const slow: string[] = []
  for (const [name, piece] of nearMisses) {
    const text = piece.repeat(Math.ceil(50_000 / piece.length)).slice(0, 50_000)
    const times = [0, 1].map(() => {
      const start = performance.now()
      scanner.scan(text)
      return performance.now() - start
    })
    const time = Math.min(...times)
    // Three times the promise of 20 ms: the machines of tests are shared.
    if (time > 60) slow.push(`${name}: ${time.toFixed(1)} ms`)
  }
  expect(slow).toEqual([])
})
