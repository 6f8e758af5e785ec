import type { X509Certificate } from 'node:crypto'
import type { JsonValue } from '../../core/json.ts'
import { parseBundle, timestampedBytes } from './bundle.ts'
import type { ProofBundle } from './bundle.ts'
import { readCanonicalBytes } from './canonical-json.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { leafHash } from './hash.ts'
import { formatVerifierKey } from './note-keys.ts'
import type { VerifierKey } from './note-keys.ts'
import { parseNote } from './note.ts'
import type { SignedNote } from './note.ts'
import { verifyNote } from './sign.ts'
import { checkTimestamp } from './timestamp.ts'
import { verifyInclusion } from './verify.ts'

/** Whom the checker trusts. */
export interface ProofTrust {
  /** Keys of logs. */
  readonly trustedKeys: readonly VerifierKey[]
  /** Keys of witnesses, and how many of them have to have signed; none by default. */
  readonly witnesses?: readonly VerifierKey[]
  readonly minWitnesses?: number
  /** Certificates of time-stamping authorities, or of those that vouch for them. */
  readonly timeAuthorities?: readonly X509Certificate[]
}

/** One thing that was looked at, in a sentence. */
export interface ProofStatement {
  /** `unchecked` says nothing for or against the proof. */
  readonly type: 'checked' | 'unchecked' | 'wrong'
  readonly words: string
}

/** What a proof is worth. */
export interface ProofVerdict {
  /** Everything that has to hold does: nothing in `statements` is wrong. */
  readonly isProven: boolean
  readonly statements: readonly ProofStatement[]
  /** The proven record; absent unless `isProven`. */
  readonly record?: JsonValue
  /** When a trusted authority says the checkpoint existed at the latest, in milliseconds since the epoch. */
  readonly stampedAt?: number
}

interface Findings {
  readonly statements: ProofStatement[]
  record?: JsonValue
  stampedAt?: number
}

/** Checks a bundle, as it was read from a file, against what the checker trusts. Asks nobody, never throws. */
export function checkProof(text: string, trust: ProofTrust): ProofVerdict {
  const findings: Findings = { statements: [] }
  const reading = parseBundle(text)
  if (reading.type === 'invalid') {
    wrong(findings, `This is not a proof that can be checked: ${reading.reason}.`)
  } else {
    checkBundle(reading.bundle, trust, findings)
  }
  const { statements, record, stampedAt } = findings
  const isProven = statements.every(({ type }) => type !== 'wrong')
  return {
    isProven,
    statements,
    ...(isProven && record !== undefined && { record }),
    ...(isProven && stampedAt !== undefined && { stampedAt }),
  }
}

function checkBundle(bundle: ProofBundle, trust: ProofTrust, findings: Findings): void {
  const record = readCanonicalBytes(bundle.record)
  if (record === undefined) wrong(findings, 'The record is not canonical JSON (RFC 8785).')
  else findings.record = record
  const note = parseNote(bundle.checkpoint)
  if (note === undefined) {
    wrong(findings, 'The checkpoint is not a signed note.')
    return
  }
  const checkpoint = parseCheckpoint(note.text)
  if (checkpoint === undefined) {
    wrong(findings, 'The signed note is not a checkpoint.')
    return
  }
  checkInclusion(bundle, checkpoint, findings)
  const key = checkSignature(bundle, { note, checkpoint, trust, findings })
  checkWitnesses(note, trust, findings)
  if (key !== undefined) checkStamp(bundle, { note, key, trust, findings })
}

function checkInclusion(bundle: ProofBundle, checkpoint: Checkpoint, findings: Findings): void {
  const { index, treeSize, inclusionProof, record } = bundle
  const { size, root } = checkpoint
  if (treeSize !== size) {
    wrong(findings, `The proof is for ${treeSize} entries, the checkpoint for ${size}.`)
    return
  }
  const claim = { index, size, leafHash: leafHash(record), proof: inclusionProof, root }
  if (verifyInclusion(claim)) {
    checked(findings, `The record is entry ${index} of the ${size} that the checkpoint covers.`)
  } else {
    wrong(
      findings,
      `The checkpoint does not cover this record as entry ${index}: ` +
        'the record, its place, the inclusion proof or the checkpoint was changed.',
    )
  }
}

interface SignatureParts {
  readonly note: SignedNote
  readonly checkpoint: Checkpoint
  readonly trust: ProofTrust
  readonly findings: Findings
}

/** Checks that a trusted key of this log signed; returns it when it did. */
function checkSignature(bundle: ProofBundle, parts: SignatureParts): VerifierKey | undefined {
  const { note, checkpoint, trust, findings } = parts
  const key = trust.trustedKeys.find((each) => formatVerifierKey(each) === bundle.verifierKey)
  if (key === undefined) {
    const named = `"${bundle.verifierKey.slice(0, 120)}"`
    wrong(findings, `The key ${named} is not among the ${trust.trustedKeys.length} you trust.`)
    return undefined
  }
  const label = `${key.name}+${key.keyId}`
  if (checkpoint.origin !== key.name) {
    const origin = checkpoint.origin.slice(0, 120)
    wrong(findings, `The checkpoint is of the log "${origin}", the key ${label} of another.`)
    return undefined
  }
  const { verified, forged } = verifyNote(note, [key])
  if (forged.length > 0 || verified.length === 0) {
    const fault = forged.length > 0 ? 'is wrong' : 'is missing'
    wrong(findings, `The signature of ${label} under the checkpoint ${fault}.`)
    return undefined
  }
  checked(findings, `The checkpoint is signed with the key ${label}, which you trust.`)
  return key
}

function checkWitnesses(note: SignedNote, trust: ProofTrust, findings: Findings): void {
  const { witnesses = [], minWitnesses = 0 } = trust
  const { verified, forged, unknown } = verifyNote(note, witnesses)
  for (const { key, at } of verified) {
    const time = at === undefined ? '' : ` at ${isoTime(at * 1000)}`
    checked(findings, `The witness ${key.name}+${key.keyId} signed the checkpoint as well${time}.`)
  }
  for (const { name, keyId } of forged) {
    wrong(findings, `The signature of the witness ${name}+${keyId} under the checkpoint is wrong.`)
  }
  const isOfLog = (signature: { name: string; keyId: string }): boolean =>
    trust.trustedKeys.some(
      ({ name, keyId }) => name === signature.name && keyId === signature.keyId,
    )
  for (const { name, keyId } of unknown.filter((signature) => !isOfLog(signature))) {
    unchecked(findings, `The signature of ${name}+${keyId} was not checked: its key is not known.`)
  }
  if (verified.length < minWitnesses) {
    wrong(findings, `${verified.length} witnesses signed, ${minWitnesses} have to.`)
  }
}

interface StampParts {
  readonly note: SignedNote
  readonly key: VerifierKey
  readonly trust: ProofTrust
  readonly findings: Findings
}

function checkStamp(bundle: ProofBundle, { note, key, trust, findings }: StampParts): void {
  const { timestamp: token } = bundle
  const { timeAuthorities: trusted = [] } = trust
  if (token === undefined) {
    unchecked(findings, 'No time-stamp says when the checkpoint existed.')
    return
  }
  if (trusted.length === 0) {
    unchecked(
      findings,
      'The time-stamp was not checked: no certificate of its authority was given.',
    )
    return
  }
  const verdict = checkTimestamp({ token, data: timestampedBytes(note, key), trusted })
  if (verdict.type === 'bad') {
    wrong(findings, `The time-stamp does not hold: ${verdict.reason}.`)
    return
  }
  findings.stampedAt = verdict.at
  const time = isoTime(verdict.at)
  checked(findings, `The authority "${verdict.authority}" saw the signed checkpoint at ${time}.`)
}

/** Writes a time, or the number that is too large to be one. */
function isoTime(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}

function checked({ statements }: Findings, words: string): void {
  statements.push({ type: 'checked', words })
}

function unchecked({ statements }: Findings, words: string): void {
  statements.push({ type: 'unchecked', words })
}

function wrong({ statements }: Findings, words: string): void {
  statements.push({ type: 'wrong', words })
}
