import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAlphabet } from './alphabet.ts'
import { bitsOf, hashOf, lexical } from './lexicon.ts'
import { decodeNameModel } from './model.ts'
import { readNameModel } from './weights.ts'

const file = join(import.meta.dir, '../../../models/names.bin')
const packed = readFileSync(file)
const { folds } = createAlphabet()

test('the file is small, and is the one the list of sums vouches for', async () => {
  expect(packed.length).toBeLessThan(2_500_000)
  const sums = await Bun.file(join(file, '../SHA256SUMS')).text()
  const sum = new Bun.CryptoHasher('sha256').update(packed).digest('hex')
  expect(sums).toContain(`${sum}  names.bin`)
})

test('a model that is cut off or of another format is refused', () => {
  const bytes = Bun.zstdDecompressSync(packed)
  expect(() => decodeNameModel(packed.subarray(0, 1000))).toThrow()
  expect(() => decodeNameModel(bytes.subarray(0, 8))).toThrow('cut off')
  expect(() => decodeNameModel(bytes.subarray(0, -1))).toThrow('format')
  const other = bytes.slice()
  other[0] = 99
  expect(() => decodeNameModel(other)).toThrow('format')
})

test('the lexicon knows names, towns and words, however they are cased or accented', () => {
  const { lexicon } = readNameModel()
  const knows = (word: string, bits: number): boolean =>
    (bitsOf(lexicon.find(hashOf(word.toLowerCase(), folds))) & bits) === bits
  expect(knows('Maria', lexical.firstName)).toBe(true)
  expect(knows('Müller', lexical.surname)).toBe(true)
  expect(knows('MULLER', lexical.surname)).toBe(true)
  expect(knows('Berlin', lexical.city)).toBe(true)
  expect(knows('street', lexical.streetCue)).toBe(true)
  expect(knows('qwzxv', lexical.firstName)).toBe(false)
})
