import { isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { Secret } from '../core/secret.ts'
import type { Path } from './problem.ts'
import { pathKey } from './problem.ts'
import type { ResolvedDocument } from './secrets.ts'

/** Shown for a secret that stands in the file itself. */
export const hiddenSecret = '[secret]'

/** Shorter values are too common as parts of other texts to be replaced inside them. */
const minContainedLength = 6
const minEqualLength = 3
// Wider than RFC 3986: a mistyped URL holds a password all the same. What looks like a port is none.
const urlPassword = /^(\s*[a-z][a-z0-9+.-]*:[/\\]*[^:@]*:)(?!\d{1,5}[/?#])(.+)(?=@)/i
/** Over HTTP a user without a password is an access token more often than a name. */
const urlToken = /^(\s*https?:[/\\]*)([^/:@]+)(?=@)/i

/** Takes secrets out of values and messages before anyone sees them. */
export interface Redaction {
  /**
   * The configuration as plain data with each secret replaced: by its reference when it came from
   * one, otherwise by what `represent` makes of it.
   */
  redact(config: unknown, represent?: (secret: string) => string): JsonObject
  /** Removes every known secret from a message. */
  scrub(message: string): string
}

/** Makes a redaction that knows the references of one document and the literal secrets of its configuration. */
export function createRedaction(
  document: Pick<ResolvedDocument, 'resolved' | 'secrets'>,
  config?: unknown,
): Redaction {
  const shown = new Map<string, string | undefined>()
  for (const secret of literalSecrets(config)) shown.set(secret, undefined)
  for (const { value, shown: reference } of document.secrets) shown.set(value.reveal(), reference)
  const named = new Map(document.secrets.map((text) => [text.value.reveal(), text.references]))
  const contained = [...shown.keys()]
    .filter((secret) => secret.length >= minContainedLength)
    .sort((a, b) => b.length - a.length)

  const scrub = (message: string): string => {
    let result = message
    for (const secret of contained) {
      result = result.replaceAll(secret, () => named.get(secret) ?? hiddenSecret)
    }
    return result
  }

  return {
    scrub,
    redact(config, represent = () => hiddenSecret) {
      const showText = (text: string): string => {
        if (shown.has(text) && text.length >= minEqualLength) {
          return shown.get(text) ?? represent(text)
        }
        let result = text
        for (const secret of contained) {
          result = result.replaceAll(secret, () => shown.get(secret) ?? represent(secret))
        }
        return hideUrlPassword(result, represent)
      }
      const showAt = (path: Path): string | undefined => {
        const text = document.resolved.get(pathKey(path))?.shown
        return text === undefined ? undefined : hideUrlPassword(text, represent)
      }
      const showSecret = (secret: string): string => shown.get(secret) ?? represent(secret)
      const result = redactValue(config, [], { showAt, showSecret, showText })
      return isObject(result) ? result : {}
    },
  }
}

interface Showing {
  /** What stands at a path whose value came from references. */
  readonly showAt: (path: Path) => string | undefined
  readonly showSecret: (secret: string) => string
  readonly showText: (text: string) => string
}

function redactValue(value: unknown, path: Path, showing: Showing): JsonValue | undefined {
  const reference = showing.showAt(path)
  if (reference !== undefined) return reference
  if (value instanceof Secret) return showing.showSecret(value.reveal())
  const plain = toPlain(value)
  if (typeof plain === 'string') return showing.showText(plain)
  if (Array.isArray(plain)) {
    return plain.map((item, index) => redactValue(item, [...path, index], showing) ?? null)
  }
  if (!isRecord(plain)) return isScalar(plain) ? plain : undefined
  const result: JsonObject = {}
  for (const [name, child] of Object.entries(plain)) {
    const redacted = redactValue(child, [...path, name], showing)
    if (redacted !== undefined) result[name] = redacted
  }
  return result
}

/** Replaces the password of a URL that carries one. */
export function hideUrlPassword(
  text: string,
  represent: (secret: string) => string = () => hiddenSecret,
): string {
  const references: string[] = []
  // Readers of URLs drop tabs and line breaks wherever they stand; colons within references mean nothing.
  const joined = text.replace(/[\t\r\n]/g, '').replace(/\$\{[^}]*\}/g, (reference) => {
    references.push(reference)
    return '\uE000'
  })
  const hide = (whole: string, before: string, password: string): string =>
    password.replaceAll('\uE000', '') === '' ? whole : before + represent(password)
  const hidden = joined.replace(urlPassword, hide).replace(urlToken, hide)
  if (hidden === joined) return text
  return hidden.replaceAll('\uE000', () => references.shift() ?? '')
}

/** Tells whether a text is a URL with a password in it that is not a reference. */
export function hasUrlPassword(text: string): boolean {
  return hideUrlPassword(text) !== text
}

/** Canonical JSON: keys sorted, no white space; equal data gives equal text. */
export function canonicalJson(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value ?? null)
  const fields = Object.keys(value)
    .sort()
    .filter((key) => value[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`)
  return `{${fields.join(',')}}`
}

/** The values of all `Secret`s within a configuration. */
export function literalSecrets(config: unknown): Set<string> {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (value instanceof Secret) {
      if (value.reveal() !== '') found.add(value.reveal())
      return
    }
    const plain = toPlain(value)
    if (Array.isArray(plain)) plain.forEach(visit)
    else if (isRecord(plain)) Object.values(plain).forEach(visit)
  }
  visit(config)
  return found
}

/** Turns what a schema may produce besides plain data into plain data. */
function toPlain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value)
  if (value instanceof Set) return [...value]
  if (value instanceof Date) return value.toISOString()
  if (value instanceof URL) return value.href
  if (value instanceof RegExp) return String(value)
  return typeof value === 'bigint' ? String(value) : value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isScalar(value: unknown): value is number | boolean | null {
  return typeof value === 'number' || typeof value === 'boolean' || value === null
}
