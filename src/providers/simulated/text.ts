import { isObject } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'

const charactersPerToken = 4
const fillerPiece = 'simulated text. '.repeat(1_024)

const topics = ['the request', 'your question', 'this conversation', 'the given context']
const verbs = ['was read', 'was received', 'was counted', 'was taken in']
const advice = [
  'A real provider would answer it here.',
  'Configure a real provider to get a real answer.',
  'No model looked at it – nothing here is a fact.',
  'The same request always gets this same reply.',
]

/** Estimates tokens as characters divided by four, at least one for any text. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken)
}

/** Hashes text to sixteen hexadecimal digits; the same text always gives the same hash. */
export function hashText(text: string): string {
  return Bun.hash.xxHash64(text).toString(16).padStart(16, '0')
}

/** Collects every text of a message content: strings, and the text fields of its parts, in order. */
export function textOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content
  if (Array.isArray(content)) return content.map(textOf).filter(Boolean).join('\n')
  if (!isObject(content)) return ''
  return textOf(content['text'] ?? content['content'] ?? content['thinking'] ?? content['refusal'])
}

/** Writes the answer to a prompt: says that it is simulated, depends only on the prompt, is `tokens` long if given. */
export function answerTo(prompt: string, tokens: number | undefined): string {
  const hash = hashText(prompt)
  const pick = (list: readonly string[], offset: number) =>
    list[Number.parseInt(hash.slice(offset, offset + 4), 16) % list.length] ?? ''
  const sentence =
    `This is a simulated answer (${hash.slice(0, 8)}): ` +
    `${pick(topics, 0)} ${pick(verbs, 4)}, about ${estimateTokens(prompt)} tokens. ${pick(advice, 8)}`
  if (tokens === undefined) return sentence
  const length = tokens * charactersPerToken
  return (sentence + ' ').repeat(Math.ceil(length / (sentence.length + 1))).slice(0, length)
}

/** Cuts text into pieces of one estimated token each. */
export function* tokenPieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += charactersPerToken) {
    yield text.slice(at, at + charactersPerToken)
  }
}

/** Yields text of exactly this many bytes in pieces of at most 16 KiB, without holding it. */
export function* fillerOf(bytes: number): Generator<string> {
  for (let left = bytes; left > 0; left -= fillerPiece.length) {
    yield left >= fillerPiece.length ? fillerPiece : fillerPiece.slice(0, left)
  }
}
