import type { ReasoningPart, RedactedReasoningPart } from '../neutral.ts'
import { neutralSignature, ownSignature } from '../origin.ts'

/** A part of the model's thinking, readable or sealed. */
export type ThinkingPart = ReasoningPart | RedactedReasoningPart

/**
 * Marks what is not OpenAI's own: reasoning whose very words are sealed, and signatures that stand without
 * a mark in the neutral form. All travel as `encrypted_content`, and whoever made them must get back which
 * of them it was.
 */
const sealedMark = 'redacted:'
const claudeMark = 'claude:'

/** Returns what `encrypted_content` says for a part; `undefined` for thinking without proof of origin. */
export function writeSealed(part: ThinkingPart): string | undefined {
  if (part.type === 'redacted-reasoning') return sealedMark + part.data
  const { signature } = part
  if (signature === undefined) return undefined
  const isClaude = ownSignature(signature, 'claude') !== undefined
  return isClaude ? claudeMark + signature : (ownSignature(signature, 'gpt') ?? signature)
}

/** Reads `encrypted_content` together with the words beside it; `undefined` when there is neither. */
export function readSealed(text: string, sealed: string | undefined): ThinkingPart | undefined {
  if (sealed?.startsWith(sealedMark) === true) {
    return { type: 'redacted-reasoning', data: sealed.slice(sealedMark.length) }
  }
  if (sealed) return { type: 'reasoning', text, signature: signatureIn(sealed) }
  return text === '' ? undefined : { type: 'reasoning', text }
}

function signatureIn(sealed: string): string {
  if (sealed.startsWith(claudeMark)) return sealed.slice(claudeMark.length)
  const isMarked = ownSignature(sealed, 'gemini') !== undefined
  return isMarked ? sealed : neutralSignature(sealed, 'gpt')
}
