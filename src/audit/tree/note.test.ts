import { describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import * as fc from 'fast-check'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { formatVerifierKey, parseVerifierKey, verifierKey } from './note-keys.ts'
import type { SignatureType } from './note-keys.ts'
import { decodeNote, formatNote, maxNoteSignatures, parseNote } from './note.ts'
import { createSigner, verifyNote } from './sign.ts'
import type { NoteSigner } from './sign.ts'

const root = Buffer.alloc(32, 7)
const text = formatCheckpoint({ origin: 'example.com/log', size: 42, root, extensions: [] })

function newSigner(name: string, type: SignatureType): NoteSigner {
  const { privateKey } =
    type === 'cosignature-ml-dsa-44'
      ? generateKeyPairSync('ml-dsa-44')
      : generateKeyPairSync('ed25519')
  return createSigner(name, privateKey, type)
}

const log = newSigner('example.com/log', 'ed25519')
const witness = newSigner('witness.example.com/w1', 'cosignature-ed25519')
const quantumWitness = newSigner('witness.example.com/w2', 'cosignature-ml-dsa-44')
const signers = [log, witness, quantumWitness]
const signed = formatNote({
  text,
  signatures: signers.map((each) => each.sign(text, 1_679_315_147)),
})
const keys = signers.map(({ key }) => key)

function judge(note: string | undefined, known = keys) {
  const parsed = note === undefined ? undefined : parseNote(note)
  return parsed === undefined ? undefined : verifyNote(parsed, known)
}

describe('a signed note', () => {
  test('of the specification is verified with the key of the specification', () => {
    const key = parseVerifierKey(
      'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    )!
    const note =
      'This is an example message.\n\n' +
      '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'
    expect(judge(note, [key])?.verified).toEqual([{ key }])
    expect(judge(note.replace('example m', 'Example m'), [key])?.forged).toHaveLength(1)
  })

  test('of any text is read back and verified', () => {
    const texts = fc
      .string({ unit: 'grapheme' })
      .map((each) => `${each.replaceAll(/\p{Cc}/gu, '\n')}\n`)
    const run = fc.property(texts, (text) => {
      const note = formatNote({ text, signatures: [log.sign(text)] })
      expect(parseNote(note)?.text).toBe(text)
      expect(decodeNote(Buffer.from(note))).toBe(note)
      expect(judge(note)?.verified).toEqual([{ key: log.key }])
    })
    fc.assert(run)
  })

  test('tells signatures of keys that are not known apart, and counts none twice', () => {
    expect(judge(signed)).toEqual({
      verified: [
        { key: log.key },
        { key: witness.key, at: 1_679_315_147 },
        { key: quantumWitness.key, at: 1_679_315_147 },
      ],
      forged: [],
      unknown: [],
    })
    const known = judge(signed, [log.key])
    expect(known?.verified).toEqual([{ key: log.key }])
    expect(known?.unknown).toHaveLength(2)
    const twice = formatNote({ text, signatures: [log.sign(text), log.sign(text)] })
    expect(judge(twice)?.verified).toHaveLength(1)
    const other = newSigner('example.com/log', 'ed25519')
    expect(judge(formatNote({ text, signatures: [other.sign(text)] }))?.unknown).toHaveLength(1)
  })

  test('is not believed when any character is another', () => {
    const at = fc.nat(signed.length - 1)
    const character = fc.oneof(
      fc.constantFrom('\n', ' ', '—', 'A', '0', '+', '='),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    )
    const run = fc.property(at, character, (at, character) => {
      fc.pre(signed.slice(at, at + 1) !== character)
      const verdict = judge(signed.slice(0, at) + character + signed.slice(at + 1))
      expect(verdict === undefined || verdict.verified.length < 3).toBe(true)
      const isText = at < text.length
      if (isText && verdict !== undefined) expect(verdict.verified).toEqual([])
    })
    fc.assert(run, { numRuns: 400 })
  })

  test('is not believed when a bit of its bytes is flipped, or when it is cut', () => {
    const bytes = Buffer.from(formatNote({ text, signatures: [log.sign(text)] }))
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes)
      copy[bit >> 3]! ^= 1 << (bit & 7)
      expect(judge(decodeNote(copy))?.verified ?? []).toEqual([])
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(judge(decodeNote(bytes.subarray(0, length)))?.verified ?? []).toEqual([])
    }
  })

  test('is refused unless it is written as the specification says', () => {
    const line = signed.slice(text.length + 1).split('\n')[0] ?? ''
    for (const note of [
      '',
      text,
      `${text}\n`,
      `${text}\n${line}`,
      `${text}${line}\n`,
      `${text}\n${line}\n\n`,
      `${text}\r\n${line}\n`,
      `${text}\n${line.replace('—', '-')}\n`,
      `${text}\n${line.replace('— ', '—  ')}\n`,
      `${text}\n${line} \n`,
      `${text}\n${line.replace('=', '')}\n`,
      `${text}\n${line.replace('example', 'exam+ple')}\n`,
      `${text}\n${line.replace('example', 'exam\u2003ple')}\n`,
      `${text}\n— example.com/log AAAAAA==\n`,
      `\t${text}\n${line}\n`,
      `${text}\n${`${line}\n`.repeat(maxNoteSignatures + 1)}`,
      `${'x'.repeat(300_000)}\n\n${line}\n`,
    ]) {
      expect(parseNote(note)).toBeUndefined()
    }
    expect(parseNote(`${text}\n${`${line}\n`.repeat(maxNoteSignatures)}`)).toBeDefined()
    expect(decodeNote(Buffer.of(0xff))).toBeUndefined()
    expect(() => formatNote({ text: 'no end', signatures: [] })).toThrow(TypeError)
  })
})

describe('a cosignature', () => {
  test('is over a checkpoint and a time', () => {
    expect(() => witness.sign(text)).toThrow(TypeError)
    expect(() => witness.sign('no checkpoint\n', 1)).toThrow(TypeError)
    expect(() => witness.sign(text, 1.5)).toThrow(TypeError)
    const note = formatNote({ text: 'no checkpoint\n', signatures: [witness.sign(text, 1)] })
    expect(judge(note)?.forged).toHaveLength(1)
  })

  test('of any length is judged without an exception', () => {
    const run = fc.property(fc.uint8Array({ minLength: 1, maxLength: 2_500 }), (bytes) => {
      const signatures = keys.map(({ name, keyId }) => ({ name, keyId, bytes: Buffer.from(bytes) }))
      expect(judge(formatNote({ text, signatures }))?.forged).toHaveLength(3)
    })
    fc.assert(run, { numRuns: 50 })
  })
})

describe('a verifier key', () => {
  test('is read back as it was written', () => {
    for (const key of keys) {
      const written = formatVerifierKey(key)
      const read = parseVerifierKey(written)!
      expect(formatVerifierKey(read)).toBe(written)
      expect(read.keyId).toBe(key.keyId)
      expect(judge(signed, [read])?.verified).toHaveLength(1)
    }
  })

  test('is refused when any character is another', () => {
    const written = formatVerifierKey(log.key)
    const run = fc.property(fc.nat(written.length), fc.string({ maxLength: 2 }), (at, text) => {
      const mutated = written.slice(0, at) + text + written.slice(at + 1)
      fc.pre(mutated !== written)
      expect(parseVerifierKey(mutated)).toBeUndefined()
    })
    fc.assert(run, { numRuns: 500 })
    const upperCase = 'example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
    expect(parseVerifierKey(upperCase)).toBeUndefined()
  })

  test('has a name without white space and plus signs, and a key of its type', () => {
    const { publicKey } = log.key
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb', 'é'.repeat(128)]) {
      expect(() => verifierKey(name, publicKey, 'ed25519')).toThrow(TypeError)
    }
    expect(() => verifierKey('a', publicKey, 'cosignature-ml-dsa-44')).toThrow(TypeError)
  })
})

describe('a checkpoint', () => {
  test('is written as the specification shows it', () => {
    const root = Buffer.from('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 'base64')
    const checkpoint = {
      origin: 'example.com/behind-the-sofa',
      size: 20_852_163,
      root,
      extensions: [],
    }
    const text =
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
    expect(formatCheckpoint(checkpoint)).toBe(text)
    expect(parseCheckpoint(text)).toEqual(checkpoint)
    expect(parseCheckpoint(`${text}more\n`)?.extensions).toEqual(['more'])
  })

  test('is refused when it is written otherwise', () => {
    const base64 = root.toString('base64')
    for (const text of [
      '',
      `\n1\n${base64}\n`,
      `o\n01\n${base64}\n`,
      `o\n-1\n${base64}\n`,
      `o\n1e3\n${base64}\n`,
      `o\n9007199254740992\n${base64}\n`,
      `o\n1\n${base64}`,
      `o\n1\n${base64.slice(0, -1)}\n`,
      `o\n1\n${Buffer.alloc(31).toString('base64')}\n`,
      `o\n1\n${base64}\n\n`,
      `o\n1\n${base64}\n${'x\n'.repeat(17)}`,
      `${'o'.repeat(256)}\n1\n${base64}\n`,
    ]) {
      expect(parseCheckpoint(text)).toBeUndefined()
    }
    for (const wrong of [
      { origin: 'a\nb' },
      { size: 1.5 },
      { root: Buffer.alloc(3) },
      { origin: '' },
      { extensions: [''] },
      { extensions: ['a\nb'] },
    ]) {
      const checkpoint = { origin: 'o', size: 1, root, extensions: [], ...wrong }
      expect(() => formatCheckpoint(checkpoint)).toThrow(TypeError)
    }
  })
})
