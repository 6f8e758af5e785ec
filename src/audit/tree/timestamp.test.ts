import { afterAll, describe, expect, test } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { temporaryDirectory } from '../testing/temporary.ts'
import { findAnchor } from './certificates.ts'
import {
  DerError,
  DerReader,
  derTags,
  readDer,
  readInteger,
  readObjectIdentifier,
  writeDer,
  writeInteger,
  writeObjectIdentifier,
} from './der.ts'
import { sha256 } from './hash.ts'
import { createTimeAuthority } from './testing/time-authority.ts'
import type { TimeAuthority, TimeAuthorityOptions } from './testing/time-authority.ts'
import { checkTimestamp } from './timestamp.ts'
import {
  readTimestampResponse,
  readTimestampToken,
  writeTimestampRequest,
} from './timestamp-format.ts'

const canStamp = Bun.which('openssl') !== null
const data = Buffer.from('the bytes of a checkpoint')
const nonce = 0xfedc_ba98_7654_3210n
const request = writeTimestampRequest({ digest: sha256(data), nonce })
const elliptic = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
const rsa = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
const directory = temporaryDirectory()
afterAll(() => directory[Symbol.dispose]())

function authority(name: string, options: Omit<TimeAuthorityOptions, 'directory'>): TimeAuthority {
  const path = join(directory.path, name)
  mkdirSync(path)
  return createTimeAuthority({ directory: path, ...options })
}

function tokenOf(tsa: TimeAuthority): Buffer {
  const response = readTimestampResponse(tsa.reply(request))
  if (response.type === 'refused') throw new Error(response.words)
  return response.token
}

function check(
  token: Uint8Array,
  tsa: TimeAuthority,
  changes: { data?: Buffer; nonce?: bigint } = {},
) {
  const trusted = [new X509Certificate(tsa.trusted)]
  return checkTimestamp({ token, data, nonce, trusted, ...changes })
}

describe('DER', () => {
  test('is read back as it was written, and not when it is cut', () => {
    const value = fc.tuple(
      fc.bigInt({ min: 0n, max: 2n ** 128n }),
      fc.uint8Array({ maxLength: 400 }),
    )
    const run = fc.property(value, fc.nat(), ([number, bytes], pick) => {
      const written = writeDer(
        derTags.sequence,
        writeInteger(number),
        writeDer(derTags.octetString, bytes),
      )
      const fields = new DerReader(readDer(written, derTags.sequence).content)
      expect(readInteger(fields.read(derTags.integer))).toBe(number)
      expect(fields.read(derTags.octetString).content).toEqual(Buffer.from(bytes))
      fields.end()
      const cut = written.subarray(0, pick % written.length)
      expect(() => readDer(cut, derTags.sequence)).toThrow(DerError)
      expect(() => readDer(Buffer.concat([written, cut, written]), derTags.sequence)).toThrow(
        DerError,
      )
    })
    fc.assert(run)
  })

  test('has object identifiers that are read back', () => {
    for (const identifier of [
      '1.2.840.113549.1.9.16.1.4',
      '2.16.840.1.101.3.4.2.1',
      '0.9.2342',
      '2.999',
    ]) {
      const { sequence, objectIdentifier } = derTags
      const written = writeDer(sequence, writeObjectIdentifier(identifier))
      const value = new DerReader(readDer(written, sequence).content).read(objectIdentifier)
      expect(readObjectIdentifier(value)).toBe(identifier)
    }
    expect(writeObjectIdentifier('1.2.840.113549').toString('hex')).toBe('06062a864886f70d')
  })

  test('is read in its shortest form only', () => {
    for (const hex of [
      '0480',
      '048100',
      '04820001ff',
      '04850000000001ff',
      '1f0101',
      '04',
      '',
      '0401',
    ]) {
      expect(() => readDer(Buffer.from(hex, 'hex'), 0x04)).toThrow(DerError)
    }
  })
})

describe('a time-stamp that is none', () => {
  test('is told from one without an exception, whatever it is', () => {
    const trusted: X509Certificate[] = []
    const run = fc.property(fc.uint8Array({ maxLength: 300 }), (token) => {
      expect(checkTimestamp({ token, data, trusted }).type).toBe('bad')
      expect(checkTimestamp({ token: writeDer(0x30, token), data, trusted }).type).toBe('bad')
    })
    fc.assert(run)
    expect(() => readTimestampResponse(Buffer.from('<html>'))).toThrow(DerError)
  })
})

const ending = canStamp ? '' : ' (needs openssl)'

describe.skipIf(!canStamp)(`a time-stamp of openssl${ending}`, () => {
  const kinds = [
    ['RSA', { key: rsa }],
    [
      'ECDSA with an intermediate',
      { key: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], hasIntermediate: true },
    ],
    ['EC that names its certificate by SHA-1', { key: elliptic, certificateDigest: 'sha1' }],
  ] as const
  test.each(kinds)('with %s is good, and openssl says the same', (name, options) => {
    const tsa = authority(name.split(' ').join('-'), options)
    const token = tokenOf(tsa)
    const verdict = check(token, tsa)
    expect(verdict).toMatchObject({
      type: 'good',
      authority: 'O=Example, CN=signer',
      policy: '1.2.3.4.1',
    })
    expect(verdict.type === 'good' && Math.abs(verdict.at - Date.now()) < 60_000).toBe(true)
    expect(tsa.accepts(token, data)).toBe(true)
    expect(check(token, tsa, { data: Buffer.from('other') })).toMatchObject({
      reason: 'it stamps something else',
    })
    expect(check(token, tsa, { nonce: 1n })).toMatchObject({ reason: 'it answers another request' })
    expect(checkTimestamp({ token, data, trusted: [] })).toMatchObject({ type: 'bad' })
  })

  test('is not believed when any byte is another, or when it is cut', () => {
    const tsa = authority('flip', { key: rsa })
    const token = tokenOf(tsa)
    for (let at = 0; at < token.length; at++) {
      const copy = Buffer.from(token)
      copy[at]! ^= 1 << (at % 8)
      expect([at, check(copy, tsa).type]).toEqual([at, 'bad'])
    }
    for (let length = 0; length < token.length; length += 7) {
      expect(check(token.subarray(0, length), tsa).type).toBe('bad')
    }
  })

  test('of somebody else is not believed', () => {
    const tsa = authority('one', { key: elliptic })
    const other = authority('two', { key: elliptic })
    expect(check(tokenOf(other), tsa)).toMatchObject({
      reason: 'no trusted certificate that was valid at that time vouches for its signer',
    })
  })

  test('is believed only of a certificate that is for time-stamps and nothing else', () => {
    const usages = [
      'critical,timeStamping',
      'timeStamping',
      'critical,timeStamping,serverAuth',
      'critical,serverAuth',
    ]
    const authorities = usages.map((usage, at) =>
      authority(`usage-${at}`, { key: elliptic, usage }),
    )
    // Stamped when all certificates are valid already.
    const { infoBytes } = readTimestampToken(tokenOf(authorities[0]!))
    for (const [at, tsa] of authorities.entries()) {
      const token = tsa.seal(infoBytes)
      expect(check(token, tsa).type).toBe(at === 0 ? 'good' : 'bad')
      expect(tsa.accepts(token, data)).toBe(at === 0)
    }
  })

  test('outside of the time its certificates are valid is not believed', () => {
    const tsa = authority('late', { key: elliptic, hasIntermediate: true })
    const [certificate, ...others] = readTimestampToken(tokenOf(tsa)).certificates.map(
      (bytes) => new X509Certificate(bytes),
    )
    const chain = { certificate: certificate!, others, trusted: [new X509Certificate(tsa.trusted)] }
    const day = 86_400_000
    expect(findAnchor({ ...chain, at: Date.now() })?.subject).toContain('CN=root')
    expect(findAnchor({ ...chain, at: Date.now() - day })).toBeUndefined()
    expect(findAnchor({ ...chain, at: Date.now() + 31 * day })).toBeUndefined()
    expect(findAnchor({ ...chain, others: [], at: Date.now() })).toBeUndefined()
  })

  test('that was refused says why', () => {
    const tsa = authority('refusing', { key: elliptic })
    const broken = Buffer.from(request)
    broken[broken.indexOf(Buffer.from('608648016503040201', 'hex')) + 8] = 0x07
    expect(readTimestampResponse(tsa.reply(broken))).toMatchObject({ type: 'refused', status: 2 })
  })
})
