import { entropyOf, isDeclaredPlaceholder, isPlaceholder } from './randomness.ts'
import type { SecretSighting, TokenRule } from './rule.ts'

/** A prefix of a rule with the function that looks at a place where the prefix stands. */
export interface CompiledPrefix {
  readonly prefix: string
  readonly verify: (text: string, start: number) => readonly SecretSighting[]
}

const nothing: readonly SecretSighting[] = []
const sequenceScore = 0.6
const nearLength = 60
/** No `before` of a rule is longer. */
const beforeLength = 40

/** Compiles rules for tokens: one entry for each prefix. */
export function compileTokenRules(rules: readonly TokenRule[]): CompiledPrefix[] {
  return rules.flatMap((rule) => {
    const before = rule.before === undefined ? undefined : new RegExp(`(?:${rule.before})$`)
    return rule.prefixes.map((prefix) => {
      const source = `${escape(prefix)}(?:${rule.shape})(?![A-Za-z0-9_])(?!-[A-Za-z0-9])`
      const pattern = new RegExp(source, 'y')
      const first = prefix.charCodeAt(0)
      const verify = (text: string, at: number): readonly SecretSighting[] => {
        if (text.charCodeAt(at) !== first) return nothing
        const start =
          at - (before?.exec(text.slice(Math.max(0, at - beforeLength), at))?.[0].length ?? 0)
        if ((before !== undefined && start === at) || !beginsWord(text, start)) return nothing
        pattern.lastIndex = at
        const match = pattern.exec(text)
        if (match === null) return nothing
        return judge(rule, { text, prefix, start, end: at + match[0].length })
      }
      return { prefix, verify }
    })
  })
}

interface Place {
  readonly text: string
  readonly prefix: string
  readonly start: number
  readonly end: number
}

function judge(rule: TokenRule, { text, prefix, start, end }: Place): SecretSighting[] {
  if (rule.near !== undefined) {
    const before = text.slice(Math.max(0, start - nearLength), start).toLowerCase()
    if (!rule.near.some((word) => before.includes(word))) return []
  }
  const token = text.slice(start, end)
  const body = rule.before === undefined ? token.slice(prefix.length) : token
  if (entropyOf(body) < rule.minEntropy) return []
  const accepts = rule.acceptsPlaceholders === true
  if (!accepts && isDeclaredPlaceholder(body)) return []
  // Counted up or down instead of drawn: only a beginning that nothing else has makes it a token.
  const isSequence = !accepts && isPlaceholder(body)
  if (isSequence && !isDistinctive(prefix)) return []
  const score = rule.checksum?.(token) === true ? 1 : isSequence ? sequenceScore : rule.score
  return [{ label: rule.label, rule: rule.id, start, end, score }]
}

/** Tells whether a beginning is a name with a sign behind it, such as `ghp_`, and no common word. */
function isDistinctive(prefix: string): boolean {
  return prefix.length >= 4 && /[-_.]$/.test(prefix)
}

/** A token begins where no other word goes on; an escaped line end is no word. */
function beginsWord(text: string, start: number): boolean {
  const code = text.charCodeAt(start - 1)
  const isWord =
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95 ||
    code === 43
  if (!isWord) return true
  return text[start - 2] === '\\' && /[nrt]/.test(text[start - 1] ?? '')
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
