import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createHash } from 'node:crypto'
import { hashKey, isWellFormedKey, keyHash, maskKey, newKey } from './index.ts'

test('a new key is sk-sf- and 48 lower-case hex digits, and never the same twice', () => {
  const keys = Array.from({ length: 1000 }, newKey)
  for (const key of keys) expect(key).toMatch(/^sk-sf-[0-9a-f]{48}$/)
  expect(new Set(keys).size).toBe(1000)
  expect(keys.every(isWellFormedKey)).toBe(true)
})

test('the hash of a text is its SHA-256', () => {
  // NIST FIPS 180-4 example: one-block message "abc".
  expect(String(hashKey('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      expect(String(hashKey(text))).toBe(createHash('sha256').update(text).digest('hex'))
    }),
  )
})

test('only the exact form is a well-formed key', () => {
  const key = newKey()
  for (const other of [
    '',
    'sk-sf-',
    key.slice(0, -1),
    key + '0',
    key + '\n',
    ' ' + key,
    key.toUpperCase(),
    key.replace('sk-sf-', 'sk-xx-'),
    key.slice(0, -1) + 'g',
  ]) {
    expect(isWellFormedKey(other)).toBe(false)
  }
})

test('a key hash is read in either case and nothing else is one', () => {
  const hash = hashKey(newKey())
  expect(keyHash(hash.toUpperCase())).toBe(hash)
  expect(() => keyHash(hash.slice(1))).toThrow('64 hex digits')
})

test('a masked key shows its last four digits only', () => {
  expect(maskKey('9f3c')).toBe('sk-sf-…9f3c')
})
