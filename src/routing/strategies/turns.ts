import { asArray, asObject, asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

/** Members that hold the turns of a conversation, in the formats of clients. */
const turnFields = ['messages', 'input', 'contents'] as const
/** Members that hold what stands before the first turn. */
const systemFields = ['system', 'instructions', 'systemInstruction', 'system_instruction'] as const

/**
 * Members that say nothing about what a turn says: a text is the same as a string or as a part, and marks
 * of the prompt cache wander from turn to turn.
 */
const skippedMembers: ReadonlySet<string> = new Set(['cache_control', 'cachePoint', 'type'])
const textMembers: ReadonlySet<string> = new Set(['content', 'text', 'parts'])

/** Up to this length a loop is faster than a call of the runtime. */
const maxShortLength = 16
/** Longer texts are judged by their length and some of their pieces. */
const maxWholeLength = 1_024
const edgeLength = 256
const pieceLength = 64
const pieceCount = 4
/** Of longer lists the first so many entries and the length are judged, of larger objects the first members. */
const maxMembers = 256

/**
 * Hashes the growing prefixes of a conversation: the system prompt with the first turn, then with each
 * further turn. Empty for bodies without turns.
 * @param maxCount how many are wanted at most
 */
export function prefixHashes(body: JsonObject | undefined, maxCount = Infinity): readonly number[] {
  if (body === undefined) return []
  const turns = turnsOf(body)
  let hash = systemFields.reduce((all, name) => hashValue(body[name], all), 0)
  const hashes: number[] = []
  for (const turn of turns) {
    hash = hashValue(turn, hash)
    // What stands before the first turn is common to many conversations: nothing ends there.
    if (hashes.length === 0 && isSystem(turn)) continue
    hashes.push(hash)
    if (hashes.length >= maxCount) break
  }
  return hashes
}

/** Hashes a text from a seed. */
export function hashText(text: string, seed: number): number {
  if (text.length <= maxShortLength) return hashShort(text, seed)
  if (text.length <= maxWholeLength) return Bun.hash.xxHash32(text, seed)
  let sample = `${text.length} ${text.slice(0, edgeLength)}${text.slice(-edgeLength)}`
  const stride = Math.floor(text.length / (pieceCount + 1))
  for (let piece = 1; piece <= pieceCount; piece++) {
    sample += text.slice(piece * stride, piece * stride + pieceLength)
  }
  return Bun.hash.xxHash32(sample, seed)
}

/** FNV-1a over code units, from a seed. */
function hashShort(text: string, seed: number): number {
  let hash = seed ^ 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

/** Returns the turns of a conversation, in any client format. */
export function turnsOf(body: JsonObject): readonly JsonValue[] {
  for (const name of turnFields) {
    const value = body[name]
    if (typeof value === 'string') return [value]
    const turns = asArray(value)
    if (turns.length > 0) return turns
  }
  const prompt = asString(body['prompt'])
  return prompt === undefined ? [] : [prompt]
}

function isSystem(turn: JsonValue): boolean {
  const role = asObject(turn)?.['role']
  return role === 'system' || role === 'developer'
}

function hashValue(value: JsonValue | undefined, seed: number): number {
  if (typeof value === 'string') return hashText(value, seed)
  if (Array.isArray(value)) {
    let hash = value.length > maxMembers ? hashText(String(value.length), seed) : seed
    const end = Math.min(value.length, maxMembers)
    for (let index = 0; index < end; index++) hash = hashValue(value[index], hash)
    return hash
  }
  if (typeof value !== 'object' || value === null) {
    return value === undefined || value === null ? seed : hashText(String(value), seed)
  }
  let hash = seed
  let members = 0
  for (const name in value) {
    if (skippedMembers.has(name)) continue
    members += 1
    if (members > maxMembers) break
    hash = hashValue(value[name], textMembers.has(name) ? hash : hashText(name, hash))
  }
  return hash
}
