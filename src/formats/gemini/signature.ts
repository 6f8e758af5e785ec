/**
 * Gemini proves with signatures what it thought before it answered or called a function, and wants them
 * back where they stood. Other formats have no place for one at a tool call, so there it travels in the
 * id of the call, which every client sends back; at a text it becomes a reasoning part without text.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */

/** Stands between the id of a call and its signature; other characters are not accepted everywhere. */
const callMark = '_gemsig_'
/** Marks signatures of other providers in Gemini's own form, where they must be base64. */
const foreignMark = 'smartflow:'

/** Returns a call's id that carries the call's signature. */
export function signCallId(id: string, signature: string): string {
  const bytes = Buffer.from(signature, 'base64')
  const isPlain = bytes.toString('base64') === signature
  const text = isPlain ? bytes.toString('base64url') : Buffer.from(signature).toString('base64url')
  return `${id}${callMark}${isPlain ? 'b' : 't'}${text}`
}

/** Takes a call's id apart. */
export function splitCallId(id: string): { readonly id: string; readonly signature?: string } {
  const at = id.lastIndexOf(callMark)
  if (at < 0) return { id }
  const kind = id[at + callMark.length]
  const bytes = Buffer.from(id.slice(at + callMark.length + 1), 'base64url')
  const signature = kind === 'b' ? bytes.toString('base64') : bytes.toString('utf8')
  return { id: id.slice(0, at), signature }
}

/** Tells whether a body may hold ids that carry signatures. */
export function hasSignedCalls(body: string): boolean {
  return body.includes(callMark)
}

/**
 * Returns the body with the signatures taken out of its ids, for providers that could not use them: some
 * limit the length of an id.
 */
export function withoutCallSignatures(body: string): string {
  return body.replaceAll(signedPart, (found: string) => (found.endsWith('"') ? '"' : found))
}

// The quote is optional and not looked ahead for, or a body of nothing but marks would take for ever.
const signedPart = new RegExp(`${callMark}[bt][A-Za-z0-9_-]*"?`, 'g')

/**
 * Stands for the signature of a call that another model made: from the third generation on the first call
 * of a step needs one. https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const noSignature = 'skip_thought_signature_validator'

/** Thinking of another provider as a Gemini client is to keep it. */
export interface ForeignThought {
  readonly type: 'signature' | 'redacted'
  readonly value: string
}

/** Writes what proves another provider's thinking in the form of Gemini's signatures, which are base64. */
export function wrapForeign({ type, value }: ForeignThought): string {
  return Buffer.from(`${foreignMark}${type}:${value}`).toString('base64')
}

/** Returns what was wrapped, `undefined` for a signature of Gemini itself. */
export function unwrapForeign(signature: string): ForeignThought | undefined {
  const text = Buffer.from(signature, 'base64').toString('utf8')
  if (!text.startsWith(foreignMark)) return undefined
  const [type, ...rest] = text.slice(foreignMark.length).split(':')
  if (type !== 'signature' && type !== 'redacted') return undefined
  return { type, value: rest.join(':') }
}
