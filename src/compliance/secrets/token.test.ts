import { expect, test } from 'bun:test'
import { randomOf } from './testing/shapes.ts'
import { createSecretScanner, tokenRules } from './index.ts'
import { endsWithCrc32 } from './checksums.ts'

const scanner = createSecretScanner(tokenRules)

test('rules have names of their own', () => {
  const ids = tokenRules.map((rule) => rule.id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(150)
})

test.each(tokenRules.map((rule) => [rule.id, rule] as const))(
  '%s: a token is found in a sentence, in code and in escaped JSON, and nothing else with it',
  (_id, rule) => {
    for (const [seed, prefix] of rule.prefixes.entries()) {
      const token = randomOf(rule.before ?? '', seed) + prefix + randomOf(rule.shape, seed)
      const near = rule.near?.[0] ?? 'value'
      for (const text of [
        `please use ${near} ${token} for the call`,
        `client = connect("${near}", "${token}");`,
        `{\\"${near}\\":\\"x\\n${token}\\"}`,
      ]) {
        const found = scanner.scan(text)
        const covered = found.map(({ start, end }) => text.slice(start, end)).join('')
        expect([text, covered.includes(token) || token.includes(covered)]).toEqual([text, true])
        expect([text, covered.length > token.length / 2]).toEqual([text, true])
      }
    }
  },
)

test.each(tokenRules.filter((rule) => rule.minEntropy > 2).map((rule) => [rule.id, rule] as const))(
  '%s: a row of one character in place of the token is a placeholder',
  (_id, rule) => {
    const body = randomOf(rule.shape, 1)
      .replaceAll(/[a-z]/g, 'x')
      .replaceAll(/[A-Z]/g, 'X')
      .replaceAll(/\d/g, '0')
    const before = randomOf(rule.before ?? '', 1)
      .replaceAll(/[a-z]/g, 'x')
      .replaceAll(/\d/g, '0')
    const text = `call ${before}${rule.prefixes[0]}${body} now`
    const found = scanner.scan(text).filter(({ score }) => score >= 0.5)
    expect(found).toEqual([])
  },
)

test('the checksum of a GitHub token makes it certain', () => {
  // The value of RFC-style tests: 30 characters and their CRC-32 in base 62.
  const body = ['zQWBuTSOoRi4A9sp', 'HcVY5ncnsDkxkJ'].join('')
  const valid = `ghp_${body}0mLq17`
  expect(endsWithCrc32(valid)).toBe(true)
  expect(scanner.scan(`key ${valid}`)).toMatchObject([{ rule: 'github-token', score: 1 }])
  expect(scanner.scan(`key ghp_${body}0mLq18`)).toMatchObject([
    { rule: 'github-token', score: 0.9 },
  ])
})

test('a token is no part of a longer word', () => {
  const body = randomOf('[A-Za-z0-9]{36}', 7)
  expect(scanner.scan(`xghp_${body}`)).toEqual([])
  expect(scanner.scan(`ghp_${body}a`)).toEqual([])
})
