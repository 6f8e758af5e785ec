import { beforeAll, describe, expect, test } from 'bun:test'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import * as fc from 'fast-check'
import { rejectionOf } from '../testing/rejection.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { formatBundle, parseBundle, timestampedBytes } from './bundle.ts'
import type { ProofBundle } from './bundle.ts'
import { canonicalBytes } from './canonical-json.ts'
import { checkProof } from './check-proof.ts'
import type { ProofTrust } from './check-proof.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { createProof, ProofError } from './create-proof.ts'
import { leafHash, sha256 } from './hash.ts'
import { formatVerifierKey } from './note-keys.ts'
import { formatNote, parseNote } from './note.ts'
import { readRoot } from './prove.ts'
import { createSigner } from './sign.ts'
import { createTimeAuthority } from './testing/time-authority.ts'
import { tilesOf } from './testing/reference-tree.ts'
import { readTimestampResponse, writeTimestampRequest } from './timestamp-format.ts'

const origin = 'audit.example.com/gateway-1'
const log = createSigner(origin, generateKeyPairSync('ed25519').privateKey, 'ed25519')
const witness = createSigner(
  'witness.example.com',
  generateKeyPairSync('ed25519').privateKey,
  'cosignature-ed25519',
)
const size = 700
const records = Array.from({ length: size }, (_, index) =>
  canonicalBytes({ sequence: index + 1, event: 'decision', user: `user-${index}` }),
)
const tiles = await tilesOf(records.map((record) => leafHash(record)))
const root = await readRoot(tiles, size)
const text = formatCheckpoint({ origin, size, root, extensions: [] })
const checkpoint = formatNote({
  text,
  signatures: [log.sign(text), witness.sign(text, 1_700_000_000)],
})
const verifierKey = formatVerifierKey(log.key)
const trust: ProofTrust = { trustedKeys: [log.key] }
let bundle: ProofBundle

function prove(index: number): Promise<ProofBundle> {
  return createProof({ tiles, record: records[index]!, index, checkpoint, verifierKey })
}

function check(changes: Partial<ProofBundle> = {}, changedTrust: Partial<ProofTrust> = {}) {
  return checkProof(formatBundle({ ...bundle, ...changes }), { ...trust, ...changedTrust })
}

function wordsOf(verdict: ReturnType<typeof checkProof>, type: string): string[] {
  return verdict.statements.filter((each) => each.type === type).map(({ words }) => words)
}

beforeAll(async () => {
  bundle = await prove(123)
})

describe('a proof', () => {
  test('is read back as it was written', () => {
    const reading = parseBundle(formatBundle(bundle))
    expect(reading).toEqual({ type: 'bundle', bundle })
  })

  test('of any record is proven, and says in words what was checked', async () => {
    const run = fc.asyncProperty(fc.nat(size - 1), async (index) => {
      const verdict = checkProof(formatBundle(await prove(index)), trust)
      expect(verdict.isProven).toBe(true)
      expect(verdict.record).toMatchObject({ sequence: index + 1 })
    })
    await fc.assert(run, { numRuns: 30 })
    expect(check({}, { witnesses: [witness.key], minWitnesses: 1 }).statements).toEqual([
      { type: 'checked', words: 'The record is entry 123 of the 700 that the checkpoint covers.' },
      {
        type: 'checked',
        words: `The checkpoint is signed with the key ${origin}+${log.key.keyId}, which you trust.`,
      },
      {
        type: 'checked',
        words: `The witness witness.example.com+${witness.key.keyId} signed the checkpoint as well at 2023-11-14T22:13:20.000Z.`,
      },
      { type: 'unchecked', words: 'No time-stamp says when the checkpoint existed.' },
    ])
    expect(wordsOf(check(), 'unchecked')[0]).toContain('its key is not known')
  })

  test('says what is wrong', () => {
    const other = createSigner(origin, generateKeyPairSync('ed25519').privateKey, 'ed25519')
    const stranger = createSigner(
      'b.example.com',
      generateKeyPairSync('ed25519').privateKey,
      'ed25519',
    )
    const strange = formatNote({ text, signatures: [stranger.sign(text)] })
    const signedOtherwise = formatNote({ text, signatures: [witness.sign(text, 1)] })
    const forged = formatNote({ text, signatures: [{ ...other.sign(text), keyId: log.key.keyId }] })
    const falseWitness = { ...log.sign(text), name: witness.key.name, keyId: witness.key.keyId }
    const cases: readonly [ReturnType<typeof check>, string][] = [
      [check({ record: records[124]! }), 'does not cover this record as entry 123'],
      [check({ record: Buffer.from('{ }') }), 'not canonical JSON'],
      [check({ index: 124 }), 'does not cover this record as entry 124'],
      [check({ treeSize: 699 }), 'The proof is for 699 entries, the checkpoint for 700.'],
      [check({ inclusionProof: bundle.inclusionProof.slice(1) }), 'does not cover'],
      [check({ checkpoint: text }), 'not a signed note'],
      [
        check({ checkpoint: formatNote({ text: 'hello\n', signatures: [log.sign('hello\n')] }) }),
        'not a checkpoint',
      ],
      [check({ checkpoint: signedOtherwise }), 'is missing'],
      [check({ checkpoint: forged }), 'is wrong'],
      [check({}, { trustedKeys: [] }), 'is not among the 0 you trust'],
      [check({}, { trustedKeys: [other.key] }), 'is not among the 1 you trust'],
      [
        check(
          { checkpoint: strange, verifierKey: formatVerifierKey(stranger.key) },
          { trustedKeys: [stranger.key] },
        ),
        'of another',
      ],
      [check({}, { minWitnesses: 1 }), '0 witnesses signed, 1 have to.'],
      [
        check(
          { checkpoint: formatNote({ text, signatures: [log.sign(text), falseWitness] }) },
          { witnesses: [witness.key] },
        ),
        'signature of the witness',
      ],
    ]
    for (const [verdict, words] of cases) {
      expect(verdict.isProven).toBe(false)
      expect(verdict.record).toBeUndefined()
      expect(wordsOf(verdict, 'wrong').join(' ')).toContain(words)
    }
  })

  test('is not proven when any bit is flipped', () => {
    const bytes = Buffer.from(formatBundle(bundle))
    const strict = { ...trust, witnesses: [witness.key], minWitnesses: 1 }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      if (checkProof(bytes.toString('utf8'), strict).isProven) throw new Error(`bit ${bit}`)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
    expect(checkProof(bytes.toString('utf8'), strict).isProven).toBe(true)
  })

  test.each([
    ['', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['{}', '"format"'],
    ['{"format":"smartflow-audit-proof/2"}', '"format"'],
  ])('is not read from %s', (text, reason) => {
    expect(wordsOf(checkProof(text, trust), 'wrong').join(' ')).toContain(reason)
  })

  test('is not read when a member is of another kind', () => {
    const members = JSON.parse(formatBundle(bundle)) as Record<string, unknown>
    for (const [name, value] of [
      ['record', 'a'],
      ['record', undefined],
      ['index', -1],
      ['index', '1'],
      ['treeSize', 1.5],
      ['treeSize', 2 ** 53],
      ['inclusionProof', {}],
      ['inclusionProof', ['AA==']],
      ['inclusionProof', Array.from({ length: 65 }, () => root.toString('base64'))],
      ['checkpoint', 1],
      ['verifierKey', null],
      ['timestamp', 'x'],
      ['timestamp', Buffer.alloc(65_537).toString('base64')],
      ['more', 1],
    ] as const) {
      expect(parseBundle(JSON.stringify({ ...members, [name]: value })).type).toBe('invalid')
    }
  })

  test('is told from any text without an exception', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json())
    const run = fc.property(text, fc.constantFrom('checkpoint', 'verifierKey'), (text, name) => {
      expect(checkProof(text, trust).isProven).toBe(false)
      expect(check({ [name]: text.toWellFormed() }).isProven).toBe(false)
    })
    fc.assert(run, { numRuns: 300 })
  })

  test('is not made of parts that do not fit', async () => {
    const parts = { tiles, record: records[5]!, index: 5, checkpoint, verifierKey }
    expect(await createProof(parts)).toMatchObject({ index: 5 })
    for (const changes of [
      { record: records[6]! },
      { index: 6 },
      { index: 700 },
      { checkpoint: text },
    ]) {
      expect(await rejectionOf(createProof({ ...parts, ...changes }))).toBeInstanceOf(ProofError)
    }
  })
})

const canStamp = Bun.which('openssl') !== null

describe.skipIf(!canStamp)(`a time-stamped proof${canStamp ? '' : ' (needs openssl)'}`, () => {
  test('says when the signed checkpoint existed, also when cosignatures are added later', () => {
    using directory = temporaryDirectory()
    const key = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
    const authority = createTimeAuthority({ directory: directory.path, key })
    const first = parseNote(formatNote({ text, signatures: [log.sign(text)] }))!
    const digest = sha256(timestampedBytes(first, log.key))
    const response = readTimestampResponse(
      authority.reply(writeTimestampRequest({ digest, nonce: 2n ** 63n })),
    )
    const timestamp = response.type === 'granted' ? response.token : Buffer.alloc(0)
    const trusted = { timeAuthorities: [new X509Certificate(authority.trusted)] }

    const verdict = check({ timestamp }, trusted)
    expect(verdict.isProven).toBe(true)
    expect(Math.abs((verdict.stampedAt ?? 0) - Date.now())).toBeLessThan(60_000)
    expect(wordsOf(verdict, 'checked').join(' ')).toContain(
      '"O=Example, CN=signer" saw the signed checkpoint at',
    )
    expect(wordsOf(check({ timestamp }), 'unchecked').join(' ')).toContain(
      'no certificate of its authority',
    )
    const broken = check({ timestamp: timestamp.subarray(1) }, trusted)
    expect(wordsOf(broken, 'wrong').join(' ')).toContain('The time-stamp does not hold')
  })
})
