import {
  contextTag,
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
import type { DerValue } from './der.ts'

/** Object identifiers of RFC 3161, RFC 5652 and what they lean on. */
export const identifiers = {
  sha256: '2.16.840.1.101.3.4.2.1',
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
} as const

/** What an authority is asked to confirm. */
export interface TimestampRequest {
  /** SHA-256 of what is to be stamped. */
  readonly digest: Uint8Array
  /** A random number that the answer has to repeat; at least 64 bits. */
  readonly nonce: bigint
}

/** Writes a request (TimeStampReq of RFC 3161 §2.4.1) that asks for the authority's certificate as well. */
export function writeTimestampRequest({ digest, nonce }: TimestampRequest): Buffer {
  const { sequence, octetString, boolean } = derTags
  const algorithm = writeDer(
    sequence,
    writeObjectIdentifier(identifiers.sha256),
    writeDer(derTags.null),
  )
  const imprint = writeDer(sequence, algorithm, writeDer(octetString, digest))
  const wantsCertificate = writeDer(boolean, Buffer.of(0xff))
  return writeDer(sequence, writeInteger(1n), imprint, writeInteger(nonce), wantsCertificate)
}

/** An answer of an authority: a token, or why there is none. */
export type TimestampResponse =
  | { readonly type: 'granted'; readonly token: Buffer }
  | { readonly type: 'refused'; readonly status: number; readonly words: string }

/** Reads an answer (TimeStampResp of RFC 3161 §2.4.2). Throws `DerError` when it is none. */
export function readTimestampResponse(bytes: Uint8Array): TimestampResponse {
  const response = new DerReader(readDer(bytes, derTags.sequence).content)
  const info = response.enter(derTags.sequence)
  const status = Number(readInteger(info.read(derTags.integer)))
  const texts = info.optional(derTags.sequence)
  const token = response.optional(derTags.sequence)
  response.end()
  // 0 is granted, 1 is granted with changes; all others come without a token.
  if (status <= 1 && token !== undefined) return { type: 'granted', token: token.bytes }
  const words = texts === undefined ? [] : new DerReader(texts.content).all()
  const text = words.map(({ content }) => content.toString('utf8')).join('; ')
  return { type: 'refused', status, words: text.slice(0, 500) }
}

/** What an authority says in a token (TSTInfo of RFC 3161 §2.4.2). */
export interface TimestampInfo {
  readonly policy: string
  /** Object identifier of the hash function of `digest`. */
  readonly digestAlgorithm: string
  readonly digest: Buffer
  readonly serial: bigint
  /** In milliseconds since the epoch. */
  readonly at: number
  readonly nonce: bigint | undefined
}

/** An attribute of a signature: its values, not read. */
export type SignedAttributes = ReadonlyMap<string, readonly DerValue[]>

/** A token taken apart (SignedData of RFC 5652 §5.1), nothing of it verified. */
export interface TimestampToken {
  readonly info: TimestampInfo
  /** The bytes of TSTInfo, whose hash is among the signed attributes. */
  readonly infoBytes: Buffer
  /** Certificates that came along, in DER. */
  readonly certificates: readonly Buffer[]
  /** Issuer and serial number of the signer's certificate in DER; `undefined` when it is named otherwise. */
  readonly signer: Buffer | undefined
  readonly digestAlgorithm: string
  readonly attributes: SignedAttributes
  /** What is signed: the attributes as a SET. */
  readonly attributeBytes: Buffer
  readonly signatureAlgorithm: string
  readonly signature: Buffer
}

/** Takes a token apart. Throws `DerError` when it is none, or has more than one signature. */
export function readTimestampToken(bytes: Uint8Array): TimestampToken {
  const outer = new DerReader(readDer(bytes, derTags.sequence).content)
  expectIdentifier(outer.read(derTags.objectIdentifier), identifiers.signedData)
  const data = outer.enter(contextTag(0, 'constructed')).enter(derTags.sequence)
  outer.end()
  // RFC 5652 §5.1: version 3 for content like this, more with certificates of other kinds.
  expectVersion(data, [3n, 4n, 5n])
  const digests = readAlgorithms(data.read(derTags.set))
  const content = data.enter(derTags.sequence)
  expectIdentifier(content.read(derTags.objectIdentifier), identifiers.timestampInfo)
  const infoBytes = content.enter(contextTag(0, 'constructed')).read(derTags.octetString).content
  const certificates = data.optional(contextTag(0, 'constructed'))
  data.optional(contextTag(1, 'constructed'))
  const signers = data.enter(derTags.set)
  data.end()
  const signature = readSigner(signers.enter(derTags.sequence))
  signers.end()
  if (!digests.includes(signature.digestAlgorithm)) {
    throw new DerError('a hash function that is not announced')
  }
  return {
    info: readInfo(infoBytes),
    infoBytes,
    certificates:
      certificates === undefined
        ? []
        : new DerReader(certificates.content).all().map(({ bytes }) => bytes),
    ...signature,
  }
}

type SignerFields = Omit<TimestampToken, 'info' | 'infoBytes' | 'certificates'>

function readSigner(fields: DerReader): SignerFields {
  const version = fields.read(derTags.integer)
  const signer = fields.optional(derTags.sequence)
  if (signer === undefined) fields.read(contextTag(0, 'primitive'))
  if (readInteger(version) !== (signer === undefined ? 3n : 1n))
    throw new DerError('another version')
  const digestAlgorithm = readAlgorithm(fields)
  const { bytes, content } = fields.read(contextTag(0, 'constructed'))
  const attributes = new Map<string, readonly DerValue[]>()
  for (const attribute of new DerReader(content).all()) {
    const parts = new DerReader(readDer(attribute.bytes, derTags.sequence).content)
    const type = readObjectIdentifier(parts.read(derTags.objectIdentifier))
    if (attributes.has(type)) throw new DerError(`the attribute ${type} is there twice`)
    attributes.set(type, parts.enter(derTags.set).all())
  }
  // RFC 5652 §5.4: the signature is over the attributes as SET OF, whatever tag they carry in the message.
  const attributeBytes = Buffer.concat([Buffer.of(derTags.set), bytes.subarray(1)])
  const signatureAlgorithm = readAlgorithm(fields)
  const signature = fields.read(derTags.octetString).content
  fields.optional(contextTag(1, 'constructed'))
  fields.end()
  return {
    signer: signer?.content,
    digestAlgorithm,
    attributes,
    attributeBytes,
    signatureAlgorithm,
    signature,
  }
}

function readInfo(bytes: Buffer): TimestampInfo {
  const fields = new DerReader(readDer(bytes, derTags.sequence).content)
  expectVersion(fields, [1n])
  const policy = readObjectIdentifier(fields.read(derTags.objectIdentifier))
  const imprint = fields.enter(derTags.sequence)
  const digestAlgorithm = readAlgorithm(imprint)
  const digest = imprint.read(derTags.octetString).content
  const serial = readInteger(fields.read(derTags.integer))
  const at = readTime(fields.read(derTags.generalizedTime))
  fields.optional(derTags.sequence)
  fields.optional(derTags.boolean)
  const nonce = fields.optional(derTags.integer)
  fields.optional(contextTag(0, 'constructed'))
  // Extensions are not understood, so those that must be are a reason to refuse.
  const extensions = fields.optional(contextTag(1, 'constructed'))
  fields.end()
  const isCritical = new DerReader(extensions?.content ?? Buffer.alloc(0))
    .all()
    .some(({ content }) => new DerReader(content).all().some(({ tag }) => tag === derTags.boolean))
  if (isCritical) throw new DerError('a critical extension that is not known')
  return {
    policy,
    digestAlgorithm,
    digest,
    serial,
    at,
    nonce: nonce === undefined ? undefined : readInteger(nonce),
  }
}

/** Reads an AlgorithmIdentifier whose parameters are absent or NULL: no other is understood. */
function readAlgorithm(fields: DerReader): string {
  const algorithm = fields.enter(derTags.sequence)
  const identifier = readObjectIdentifier(algorithm.read(derTags.objectIdentifier))
  const parameters = algorithm.optional(derTags.null)
  algorithm.end()
  if (parameters !== undefined && parameters.content.length > 0) throw new DerError('a full NULL')
  return identifier
}

function readAlgorithms({ content }: DerValue): string[] {
  const fields = new DerReader(content)
  const algorithms: string[] = []
  while (fields.hasMore) algorithms.push(readAlgorithm(fields))
  return algorithms
}

function expectVersion(fields: DerReader, versions: readonly bigint[]): void {
  const version = readInteger(fields.read(derTags.integer))
  if (!versions.includes(version)) throw new DerError(`version ${version} is not known`)
}

function readTime({ content }: DerValue): number {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d*[1-9])?Z$/.exec(
    content.toString('latin1'),
  )
  if (match === null) throw new DerError('not a time in UTC')
  const [, year, month, day, hour, minute, second, fraction = ''] = match
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(at)) throw new DerError('not a time')
  return at + Math.floor(Number(`0${fraction}`) * 1000)
}

function expectIdentifier(value: DerValue, expected: string): void {
  const found = readObjectIdentifier(value)
  if (found !== expected) throw new DerError(`${found} where ${expected} belongs`)
}
