/**
 * Providers prove with signatures what their models thought, and refuse those of others: Claude wherever it
 * runs, Gemini, OpenAI. So a signature says in the neutral form whose it is. Claude's stand there as they are,
 * the others behind a mark; clients of other formats keep the mark and send it back.
 */
export type Origin = 'claude' | 'gemini' | 'gpt'

const marks = { gemini: 'gemini:', gpt: 'openai:' } as const

/** Returns the neutral form of a signature that its maker wrote. */
export function neutralSignature(signature: string, origin: Origin): string {
  return origin === 'claude' ? signature : marks[origin] + signature
}

/** Returns a neutral signature as its maker wrote it; `undefined` for one of another maker. */
export function ownSignature(signature: string | undefined, origin: Origin): string | undefined {
  if (signature === undefined || originOf(signature) !== origin) return undefined
  return origin === 'claude' ? signature : signature.slice(marks[origin].length)
}

/** What is said about a signature that is left out because another provider made it. */
export const foreignSignature = 'signature of another provider'

function originOf(signature: string): Origin {
  if (signature.startsWith(marks.gemini)) return 'gemini'
  return signature.startsWith(marks.gpt) ? 'gpt' : 'claude'
}
