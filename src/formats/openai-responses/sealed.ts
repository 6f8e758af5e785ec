import type { ReasoningPart, RedactedReasoningPart } from '../neutral.ts'

/** A part of the model's thinking, readable or sealed. */
export type ThinkingPart = ReasoningPart | RedactedReasoningPart

/**
 * Marks reasoning whose very words are sealed. Both a signature and sealed words travel as
 * `encrypted_content`, and whoever made them must get back which of the two it was.
 */
const sealedMark = 'redacted:'

/** Returns what `encrypted_content` says for a part; `undefined` for thinking without proof of origin. */
export function writeSealed(part: ThinkingPart): string | undefined {
  return part.type === 'reasoning' ? part.signature : sealedMark + part.data
}

/** Reads `encrypted_content` together with the words beside it; `undefined` when there is neither. */
export function readSealed(text: string, sealed: string | undefined): ThinkingPart | undefined {
  if (sealed?.startsWith(sealedMark) === true) {
    return { type: 'redacted-reasoning', data: sealed.slice(sealedMark.length) }
  }
  if (sealed) return { type: 'reasoning', text, signature: sealed }
  return text === '' ? undefined : { type: 'reasoning', text }
}
