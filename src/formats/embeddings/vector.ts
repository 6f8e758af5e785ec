import type { JsonValue } from '../../core/json.ts'
import { badVectors, type EmbeddingVector } from './dialect.ts'

/** Reads a vector of an answer: an array of numbers, or base64. Throws `provider_bad_answer`. */
export function readVector(value: JsonValue | undefined): EmbeddingVector {
  if (typeof value === 'string' && value !== '') return value
  if (!Array.isArray(value) || value.length === 0) throw badVectors('a vector is missing')
  return value.map((number) => {
    if (typeof number === 'number') return number
    throw badVectors('a vector has something that is no number')
  })
}

/** Reads a list of vectors. Throws `provider_bad_answer`. */
export function readVectors(value: JsonValue | undefined): EmbeddingVector[] {
  if (!Array.isArray(value)) throw badVectors('there are no vectors')
  return value.map(readVector)
}

/** Returns a vector as numbers. */
export function asNumbers(vector: EmbeddingVector): number[] {
  if (typeof vector !== 'string') return [...vector]
  const bytes = Buffer.from(vector, 'base64')
  if (bytes.length % 4 !== 0) throw badVectors('a packed vector has broken numbers')
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4))
}

/** Returns a vector as 32-bit floats, little-endian, in base64. */
export function asBase64(vector: EmbeddingVector): string {
  if (typeof vector === 'string') return vector
  const bytes = Buffer.allocUnsafe(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}

/** Returns a vector in the encoding a client asked for. */
export function encodeVector(vector: EmbeddingVector, encoding: 'float' | 'base64'): JsonValue {
  return encoding === 'base64' ? asBase64(vector) : asNumbers(vector)
}
