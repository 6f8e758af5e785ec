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
const urlPassword = /^([a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:)([^/?#\s]+)(?=@)/i

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
  const contained = [...shown.keys()]
    .filter((secret) => secret.length >= minContainedLength)
    .sort((a, b) => b.length - a.length)

  const replaceIn = (text: string, represent: (secret: string) => string): string => {
    if (shown.has(text) && text.length >= minEqualLength) return shown.get(text) ?? represent(text)
    let result = text
    for (const secret of contained) {
      if (result.includes(secret)) {
        result = result.replaceAll(secret, () => shown.get(secret) ?? represent(secret))
      }
    }
    return hideUrlPassword(result, represent)
  }

  const redact = (
    value: unknown,
    path: Path,
    represent: (secret: string) => string,
  ): JsonValue | undefined => {
    const reference = document.resolved.get(pathKey(path))
    if (reference !== undefined) return reference.shown
    if (value instanceof Secret) {
      const secret = value.reveal()
      return shown.get(secret) ?? represent(secret)
    }
    if (typeof value === 'string') return replaceIn(value, represent)
    const plain = toPlain(value)
    if (Array.isArray(plain)) {
      return plain.map((item, index) => redact(item, [...path, index], represent) ?? null)
    }
    if (typeof plain === 'string') return replaceIn(plain, represent)
    if (!isRecord(plain)) return isScalar(plain) ? plain : undefined
    const result: JsonObject = {}
    for (const [name, child] of Object.entries(plain)) {
      const redacted = redact(child, [...path, name], represent)
      if (redacted !== undefined) result[name] = redacted
    }
    return result
  }

  return {
    redact: (value, represent = () => hiddenSecret) => {
      const result = redact(value, [], represent)
      return isObject(result) ? result : {}
    },
    scrub: (message) => replaceIn(message, () => hiddenSecret),
  }
}

/** Replaces the password of a URL that carries one. */
export function hideUrlPassword(
  text: string,
  represent: (secret: string) => string = () => hiddenSecret,
): string {
  return text.replace(urlPassword, (whole, before: string, password: string) =>
    password.startsWith('${') && password.endsWith('}') ? whole : before + represent(password),
  )
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
