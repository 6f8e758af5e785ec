import type { X509Certificate } from 'node:crypto'
import { contextTag, DerError, DerReader, derTags, readDer, readObjectIdentifier } from './der.ts'

/** Longest chain from a certificate to a trusted one, both counted. */
export const maxChainLength = 6

const extendedKeyUsage = '2.5.29.37'
const timestamping = '1.3.6.1.5.5.7.3.8'

/** What of a certificate is compared or looked at as bytes. */
export interface CertificateFields {
  /** Issuer and serial number as signatures name their signer: the fields of IssuerAndSerialNumber. */
  readonly issuerAndSerial: Buffer
  /** The certificate is for time-stamps, says so as critical, and is for nothing else (RFC 3161 §2.3). */
  readonly isForTimestamps: boolean
}

/** Reads a certificate in DER. Throws `DerError` when it is none. */
export function readCertificate(certificate: Uint8Array): CertificateFields {
  const outer = new DerReader(readDer(certificate, derTags.sequence).content)
  const fields = outer.enter(derTags.sequence)
  fields.optional(contextTag(0, 'constructed'))
  const serial = fields.read(derTags.integer)
  fields.read(derTags.sequence)
  const issuer = fields.read(derTags.sequence)
  const extensions = fields.all().find(({ tag }) => tag === contextTag(3, 'constructed'))
  return {
    issuerAndSerial: Buffer.concat([issuer.bytes, serial.bytes]),
    isForTimestamps: extensions !== undefined && areForTimestamps(extensions.content),
  }
}

function areForTimestamps(extensions: Buffer): boolean {
  for (const extension of new DerReader(readDer(extensions, derTags.sequence).content).all()) {
    const fields = new DerReader(readDer(extension.bytes, derTags.sequence).content)
    if (readObjectIdentifier(fields.read(derTags.objectIdentifier)) !== extendedKeyUsage) continue
    const isCritical = fields.optional(derTags.boolean)?.content[0] === 0xff
    const list = readDer(fields.read(derTags.octetString).content, derTags.sequence)
    const [first, ...others] = new DerReader(list.content).all()
    if (first?.tag !== derTags.objectIdentifier) throw new DerError('no purpose in a list of them')
    return isCritical && others.length === 0 && readObjectIdentifier(first) === timestamping
  }
  return false
}

/** What a chain of certificates is looked for with. */
export interface ChainQuestion {
  readonly certificate: X509Certificate
  /** Certificates that may stand between; nothing is believed of them. */
  readonly others: readonly X509Certificate[]
  readonly trusted: readonly X509Certificate[]
  /** When all of them have to be valid, in milliseconds since the epoch. */
  readonly at: number
}

/**
 * Finds the trusted certificate that vouches for another, directly or through others that may issue
 * certificates. A certificate that is trusted itself vouches for itself. Revocation, name constraints and
 * path lengths are not looked at.
 */
export function findAnchor(question: ChainQuestion): X509Certificate | undefined {
  const { certificate, others, trusted, at } = question
  const candidates = [...trusted, ...others]
  const seen = new Set<string>()
  let level = [certificate]
  // Level by level, and no certificate twice: a token full of certificates of each other costs no more.
  for (let length = 1; length <= maxChainLength && level.length > 0; length++) {
    const valid = level.filter((each) => isValidAt(each, at) && !seen.has(each.fingerprint256))
    for (const each of valid) seen.add(each.fingerprint256)
    const anchor = trusted.find((own) => valid.some((each) => each.raw.equals(own.raw)))
    if (anchor !== undefined) return anchor
    level = candidates.filter(
      (issuer) =>
        !seen.has(issuer.fingerprint256) && valid.some((each) => isIssuedBy(each, issuer)),
    )
  }
  return undefined
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function isValidAt({ validFrom, validTo }: X509Certificate, at: number): boolean {
  return Date.parse(validFrom) <= at && at <= Date.parse(validTo)
}
