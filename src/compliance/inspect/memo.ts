import type { Finding } from '../../core/decision.ts'
import type { TextPlace } from './finders.ts'

/** What was found in a text, wherever it stood. */
export interface LookedAt {
  readonly findings: readonly Finding[]
  readonly labels: readonly string[]
}

/** Texts shorter than this are looked through faster than they are recognised, in UTF-16 code units. */
const leastLength = 512
/** Most texts that are remembered, and most findings in them all together. */
const mostTexts = 20_000
const mostFindings = 200_000

/**
 * Remembers what was found in long texts: every turn of a conversation sends all the turns before it once more.
 * Of a text only its digest is kept (SHA-256), so nobody can make one that is taken for another.
 */
export class Memo {
  readonly #known = new Map<string, LookedAt>()
  #findings = 0

  /** Number of texts that are remembered. */
  get size(): number {
    return this.#known.size
  }

  /** Returns the name of a text in this place; `undefined` for one that is too short to be remembered. */
  keyOf(text: string, { role, kind, source }: TextPlace): string | undefined {
    if (text.length < leastLength) return undefined
    const digest = new Bun.CryptoHasher('sha256').update(text).digest('base64')
    return `${digest}${role}/${kind}/${source ?? ''}`
  }

  get(key: string): LookedAt | undefined {
    const found = this.#known.get(key)
    if (found === undefined) return undefined
    this.#known.delete(key)
    this.#known.set(key, found)
    return found
  }

  set(key: string, found: LookedAt): void {
    this.#known.set(key, found)
    this.#findings += found.findings.length
    // The first one is the one that was longest unused.
    for (const [oldest, { findings }] of this.#known) {
      if (this.#known.size <= mostTexts && this.#findings <= mostFindings) return
      this.#known.delete(oldest)
      this.#findings -= findings.length
    }
  }
}
