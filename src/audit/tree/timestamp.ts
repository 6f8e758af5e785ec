import { createHash, verify, X509Certificate } from 'node:crypto'
import { findAnchor, readCertificate } from './certificates.ts'
import { DerError, DerReader, derTags, readDer, readObjectIdentifier } from './der.ts'
import type { DerValue } from './der.ts'
import { sha256 } from './hash.ts'
import { identifiers, readTimestampToken } from './timestamp-format.ts'
import type { TimestampToken } from './timestamp-format.ts'

/** Largest token that is looked at, in bytes. */
export const maxTokenBytes = 64 * 1024

const maxCertificates = 16

const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const

const digestNames: Readonly<Record<string, string>> = {
  [identifiers.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

/** Hash function of each signature algorithm. */
const signatureDigests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}

const rsaEncryption = '1.2.840.113549.1.1.1'

/** What a token is checked against. */
export interface TimestampQuestion {
  /** The token (a ContentInfo in DER). */
  readonly token: Uint8Array
  /** What was stamped. */
  readonly data: Uint8Array
  /** The number that was sent along; absent when it is not known any more. */
  readonly nonce?: bigint
  /** Certificates of the authorities that are trusted, or of those that vouch for them. */
  readonly trusted: readonly X509Certificate[]
}

/** Whether a token proves that the data existed at a time, and if not, why. */
export type TimestampVerdict =
  | {
      readonly type: 'good'
      /** In milliseconds since the epoch. */
      readonly at: number
      /** Subject of the certificate that signed. */
      readonly authority: string
      readonly policy: string
      readonly serial: bigint
    }
  | { readonly type: 'bad'; readonly reason: string }

/** Checks a time-stamp (RFC 3161 §2.2 and RFC 5816), without asking anybody. Never throws. */
export function checkTimestamp(question: TimestampQuestion): TimestampVerdict {
  try {
    if (question.token.length > maxTokenBytes) return bad(`it has more than ${maxTokenBytes} bytes`)
    return checkToken(readTimestampToken(question.token), question)
  } catch (error) {
    const detail = error instanceof DerError ? error.message : 'a certificate or key cannot be read'
    return bad(`it is not a time-stamp token: ${detail}`)
  }
}

function checkToken(token: TimestampToken, question: TimestampQuestion): TimestampVerdict {
  const { info } = token
  if (info.digestAlgorithm !== identifiers.sha256 || !info.digest.equals(sha256(question.data))) {
    return bad('it stamps something else')
  }
  if (question.nonce !== undefined && info.nonce !== question.nonce) {
    return bad('it answers another request')
  }
  const certificates = token.certificates
    .slice(0, maxCertificates)
    .map((bytes) => new X509Certificate(bytes))
  const signer = [...certificates, ...question.trusted].find((each) => isNamed(token, each))
  if (signer === undefined) return bad('the certificate of its signer is missing')
  const fault = attributeFault(token) ?? signatureFault(token, signer)
  if (fault !== undefined) return bad(fault)
  if (!readCertificate(signer.raw).isForTimestamps) {
    return bad('its signer may not stamp times: the certificate is not for that alone')
  }
  const { at, policy, serial } = info
  const chain = { certificate: signer, others: certificates, trusted: question.trusted, at }
  if (findAnchor(chain) === undefined) {
    return bad('no trusted certificate that was valid at that time vouches for its signer')
  }
  return { type: 'good', at, authority: signer.subject.replaceAll('\n', ', '), policy, serial }
}

/** Tells whether a certificate is the one that the signature names, in both places where it names one. */
function isNamed({ signer, attributes }: TimestampToken, { raw }: X509Certificate): boolean {
  if (signer !== undefined && !readCertificate(raw).issuerAndSerial.equals(signer)) return false
  const [second] = attributes.get(attributeTypes.signingCertificateV2) ?? []
  const [first] = attributes.get(attributeTypes.signingCertificate) ?? []
  const named = second ?? first
  if (named === undefined) return false
  const id = new DerReader(readDer(named.bytes, derTags.sequence).content)
    .enter(derTags.sequence)
    .enter(derTags.sequence)
  const algorithm = second === undefined ? undefined : id.optional(derTags.sequence)
  const name = second === undefined ? 'sha1' : digestNameOf(algorithm)
  const digest = id.read(derTags.octetString).content
  return name !== undefined && createHash(name).update(raw).digest().equals(digest)
}

function digestNameOf(algorithm: DerValue | undefined): string | undefined {
  // SHA-256 is the default of ESSCertIDv2 (RFC 5035 §4), so it is left out.
  if (algorithm === undefined) return 'sha256'
  const identifier = new DerReader(algorithm.content).read(derTags.objectIdentifier)
  return digestNames[readObjectIdentifier(identifier)]
}

/** Tells what is wrong with the attributes that tie the signature to the content, if anything is. */
function attributeFault({
  attributes,
  infoBytes,
  digestAlgorithm,
}: TimestampToken): string | undefined {
  const [type, ...types] = attributes.get(attributeTypes.contentType) ?? []
  if (type === undefined || types.length > 0) return 'its signature is not over a type of content'
  if (
    readObjectIdentifier(readDer(type.bytes, derTags.objectIdentifier)) !==
    identifiers.timestampInfo
  ) {
    return 'its signature is over another type of content'
  }
  const name = digestNames[digestAlgorithm]
  if (name === undefined) return `its hash function ${digestAlgorithm} is not known`
  const [digest, ...digests] = attributes.get(attributeTypes.messageDigest) ?? []
  if (digest === undefined || digests.length > 0) return 'its signature is not over its content'
  const expected = createHash(name).update(infoBytes).digest()
  return readDer(digest.bytes, derTags.octetString).content.equals(expected)
    ? undefined
    : 'its signature is over other content'
}

function signatureFault(token: TimestampToken, signer: X509Certificate): string | undefined {
  const { signatureAlgorithm, digestAlgorithm, attributeBytes, signature } = token
  const digest =
    signatureAlgorithm === rsaEncryption
      ? digestNames[digestAlgorithm]
      : signatureDigests[signatureAlgorithm]
  if (digest === undefined) return `its signature algorithm ${signatureAlgorithm} is not known`
  return verify(digest, attributeBytes, signer.publicKey, signature)
    ? undefined
    : 'its signature is wrong'
}

function bad(reason: string): TimestampVerdict {
  return { type: 'bad', reason }
}
