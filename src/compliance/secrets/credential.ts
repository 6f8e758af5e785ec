import type { Assignment } from './assignment.ts'
import { entropyOf, isPlaceholder, wordLikeness } from './randomness.ts'
import type { SecretLabel } from './rule.ts'
import type { VendorJudge, VendorVerdict } from './vendors.ts'
import { judgeName, wordsOf } from './words.ts'

/** What an assigned value is taken for. */
export interface CredentialVerdict {
  readonly label: SecretLabel
  readonly rule: string
  readonly score: number
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** What stands before a header on a command line (`-H 'name: value'`). */
const headerFlag = /(?:-H|--header)[ =]{0,3}\\?["']?\s*$/
const hex = /^[0-9a-f]{16,}$/i
const path = /^(?:\.{0,2}\/|[a-z]:\\|https?:|file:|~\/)|^[\w.-]+\/[\w./-]+\.\w{1,5}$/i
const identifier = /^[A-Za-z_$][\w$]*(?:(?:\.|::|->|-|\/|:)[A-Za-z_$][\w$]*)*$/
/** Code such as `a.b[0].c`, scopes such as `a/b/c`. */
const codePath = /^[\w$[\]?!-]+(?:(?:\.|::|->|:|\/)[\w$[\]?!-]+)*$/
const plainWords =
  /^(?:pass(?:word|wd|phrase)?|pwd|user(?:name)?|admin|root|secret|token|null|none|nil|true|false|string|str|bytes|boolean|number|integer|object|any|text|hidden|required|optional|default|empty|unknown|value|enter|forgot|show|hide|confirm|new|old|current|auto|yes|no|base64|utf-?8|sha-?256|md5|uuid)$/i

/** Judges a value by the name it is given to; `undefined` where it is no credential. */
export function judgeCredential(
  assignment: Assignment,
  fits: VendorJudge,
): CredentialVerdict | undefined {
  const { name, value } = assignment
  if (value.length < 5) return undefined
  const kind = judgeName(wordsOf(name))
  if (kind === 'none') return undefined
  const vendor = judgeVendor(assignment, fits)
  if (vendor === 'fits' && entropyOf(value) > 1.5) {
    return { label: 'credential', rule: 'credential-of-service', score: 0.8 }
  }
  if (isPlaceholder(value) || plainWords.test(value) || /\s/.test(value)) return undefined
  const score = kind === 'password' ? scorePassword(assignment) : scoreSecret(assignment)
  if (score === 0) return undefined
  const rule = kind === 'password' ? 'password' : 'assigned-secret'
  const label = kind === 'password' ? 'password' : 'credential'
  if (vendor === 'misfits') return { label, rule, score: Math.min(score, 0.45) }
  // A name such as `lookupKey` says little; only a random value of some length makes it a credential.
  if (kind === 'key')
    return {
      label,
      rule,
      score: wordsOf(name).length > 1 && value.length >= 24 ? Math.min(score, 0.55) : 0.4,
    }
  return { label, rule, score }
}

/** No service has shorter keys without a prefix. */
const minVendorLength = 14

function judgeVendor({ context, value }: Assignment, fits: VendorJudge): VendorVerdict {
  if (value.length < minVendorLength) return 'unknown'
  return fits(context.toLowerCase().replaceAll(/[^a-z0-9]+/g, ''), value)
}

function scorePassword({ name, value, isQuoted, operator }: Assignment): number {
  if (value.length < 5 || value.length > 128 || path.test(value)) return 0
  const isClearText = /clear ?text/i.test(name)
  if (
    /passw(?:or)?d|passwort/i.test(value.replaceAll('passwd', '')) &&
    !isClearText &&
    isMostlyWords(value)
  )
    return 0
  if (/[()]/.test(value) && isMostlyWords(value)) return 0
  if (!isQuoted && /\w\[|\?\./.test(value)) return 0
  const mixes =
    Number(/\d/.test(value)) +
    Number(/[^\w\s.]/.test(value)) +
    Number(/[a-z]/.test(value) && /[A-Z]/.test(value))
  if (/^\d+$/.test(value)) return value.length >= 8 ? 0.5 : 0.3
  if (isQuoted) {
    // Labels of forms stand behind a colon and are words; what is assigned is a value even if it is a word.
    if (mixes === 0)
      return operator.includes('=') && value.length >= 8 && !identifier.test(value.slice(1) + '.')
        ? 0.55
        : 0.3
    return mixes === 1 && operator === ':' && isMostlyWords(value) && !/\d/.test(value) ? 0.3 : 0.7
  }
  if (
    identifier.test(value) &&
    isMostlyWords(value) &&
    (value.includes('.') || value.includes('_') || !/\d/.test(value))
  )
    return 0
  if (mixes === 0) return wordLikeness(value) < 0 && value.length >= 8 ? 0.5 : 0
  return /\d/.test(value) || mixes > 1 ? 0.65 : 0.4
}

function scoreSecret({ name, context, value }: Assignment): number {
  const isHeader = value.length < 16 && headerFlag.test(context.slice(0, -name.length))
  if (value.length < (isHeader ? 8 : 12) || path.test(value) || /[()]/.test(value)) return 0
  if (uuid.test(value)) return 0.55
  const entropy = entropyOf(value)
  if (hex.test(value)) return entropy >= 2.9 && /\d/.test(value) ? 0.7 : 0
  const hasDigits = /\d/.test(value)
  const likeness = wordLikeness(value)
  // Random values without any digit are long, and mix cases.
  if (!hasDigits && (value.length < 20 || likeness > -0.5 || !/[a-z][A-Z]/.test(value))) return 0
  if (likeness > (value.includes('.') ? 0 : 0.6) && codePath.test(value)) return 0
  if (/^[\d.,:/-]+$/.test(value)) return 0
  const least = value.length < 16 ? 2.8 : value.length < 24 ? 3 : 3.4
  if (entropy < least || likeness > 1.2) return 0
  if (value.length < 16 && !isHeader) return likeness <= 0 && digitsOf(value) >= 2 ? 0.5 : 0.35
  return 0.65
}

function digitsOf(value: string): number {
  return value.replaceAll(/\D/g, '').length
}

function isMostlyWords(value: string): boolean {
  return wordLikeness(value) > 0.3
}
