import { createHash } from 'node:crypto'
import { asArray, asNumber, asObject, asString, parseJson } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { decodeModel, encodeModel } from '../linear/index.ts'
import type { LinearHead } from '../linear/index.ts'

/** A trained topic: a linear model, how it is to be used, and how good it was when it was measured. */
export interface Topic {
  readonly label: string
  readonly bits: number
  readonly head: LinearHead
  /** How much the logit of the best of many pieces is lowered, for each time there are e times as many. */
  readonly spread: number
  /** The lowest score that counts, unless a configuration says otherwise. */
  readonly threshold: number
  readonly summary: TopicSummary
}

/** What a topic was trained from, and how well it told texts apart that it was not trained from. */
export interface TopicSummary {
  /** Texts of the topic, other texts of the administrator, and texts of the built-in background. */
  readonly examples: number
  readonly others: number
  readonly background: number
  /** Texts that were left out because they were there twice. */
  readonly duplicates: number
  /** How the quality was measured. */
  readonly measuredBy: 'cross-validation' | 'holdout'
  /** Share of other texts that was to be taken for the topic at most. */
  readonly falseAlarmRate: number
  readonly quality: readonly QualityAt[]
}

/** Quality at a threshold; ratios from 0 to 1. */
export interface QualityAt {
  readonly minScore: number
  /** Where as many texts belong to the topic as do not. */
  readonly precision: number
  readonly recall: number
  /** Share of the other texts that was taken for the topic. */
  readonly falseAlarms: number
}

const magic = new TextEncoder().encode('SFTOPIC')
const version = 1
const headerAt = magic.length + 1 + 4
const checksumBytes = 32
/** Longest head of a file, and longest file, in bytes. */
const maxHeaderBytes = 65_536
/** Largest file of a topic, in bytes. */
export const maxTopicBytes = 8_388_608

/**
 * Writes a topic: `SFTOPIC`, version (one byte), length of the head (32 bits, little endian), the head as JSON,
 * the linear model, and the SHA-256 of all that. Holds numbers only, none of the texts.
 */
export function encodeTopic({ label, bits, head, spread, threshold, summary }: Topic): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify({ label, spread, threshold, summary }))
  const model = encodeModel({ bits, heads: [{ ...head, name: 'topic' }] })
  const bytes = new Uint8Array(headerAt + header.length + model.length + checksumBytes)
  bytes.set(magic)
  bytes[magic.length] = version
  new DataView(bytes.buffer).setUint32(magic.length + 1, header.length, true)
  bytes.set(header, headerAt)
  bytes.set(model, headerAt + header.length)
  const end = bytes.length - checksumBytes
  bytes.set(createHash('sha256').update(bytes.subarray(0, end)).digest(), end)
  return bytes
}

/** Reads a topic. Throws a `RangeError` that says what is wrong with bytes that are none. */
export function decodeTopic(bytes: Uint8Array): Topic {
  if (bytes.length < headerAt || magic.some((byte, at) => bytes[at] !== byte)) {
    throw new RangeError('is no topic that `smartflow categories train` wrote')
  }
  if (bytes[magic.length] !== version) {
    throw new RangeError('was written by another version: train it again')
  }
  const end = bytes.length - checksumBytes
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(magic.length + 1, true)
  const checksum = createHash('sha256').update(bytes.subarray(0, Math.max(0, end)))
  if (
    length > maxHeaderBytes ||
    headerAt + length > end ||
    !checksum.digest().equals(bytes.subarray(end))
  ) {
    throw new RangeError('was cut off or changed after it was written: train it again')
  }
  const header = new TextDecoder().decode(bytes.subarray(headerAt, headerAt + length))
  const model = decodeModel(bytes.subarray(headerAt + length, end))
  const [head] = model.heads
  const fields = asObject(parseJson(header))
  if (head === undefined || fields === undefined) throw new RangeError('holds no topic')
  return { bits: model.bits, head, ...fieldsOf(fields) }
}

function fieldsOf(fields: JsonObject): Omit<Topic, 'bits' | 'head'> {
  const summary = asObject(fields['summary']) ?? {}
  return {
    label: asString(fields['label']) ?? '',
    spread: numberOf(fields['spread']),
    threshold: numberOf(fields['threshold']),
    summary: {
      examples: numberOf(summary['examples']),
      others: numberOf(summary['others']),
      background: numberOf(summary['background']),
      duplicates: numberOf(summary['duplicates']),
      measuredBy: summary['measuredBy'] === 'holdout' ? 'holdout' : 'cross-validation',
      falseAlarmRate: numberOf(summary['falseAlarmRate']),
      quality: asArray(summary['quality']).map((entry) => {
        const row = asObject(entry) ?? {}
        return {
          minScore: numberOf(row['minScore']),
          precision: numberOf(row['precision']),
          recall: numberOf(row['recall']),
          falseAlarms: numberOf(row['falseAlarms']),
        }
      }),
    },
  }
}

function numberOf(value: JsonValue | undefined): number {
  const number = asNumber(value)
  if (number === undefined) throw new RangeError('holds no topic')
  return number
}
