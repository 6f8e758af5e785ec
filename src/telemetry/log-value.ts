import { GatewayError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'

const maxTextLength = 2_048
const maxItems = 32
const maxDepth = 4
const maxCauses = 5
const maxStackLines = 12

const hidden = '[secret]'
const withheld = '[content]'

/** Names of fields whose values are credentials, and of fields that hold what users wrote. */
const secretName =
  /^(?:authorization|proxy-authorization|cookie|set-cookie|password|passphrase|secret|token|credentials?|.*(?:api[-_]?key|_key|-key|apikey|secret|token|password))$/i
const contentName =
  /^(?:prompts?|contents?|messages|completions?|body|bodies|input|output|text|delta|arguments|question|answer)$/i

/** What credentials look like inside a text; the first group is kept. */
const secretPatterns: readonly [pattern: RegExp, replacement: string][] = [
  [/\b((?:Bearer|Basic)\s+)[\w.~+/=-]{4,}/gi, `$1${hidden}`],
  [/\b(sk|pk|rk|gsk|xai|AIza|ghp|glpat|xoxb)[-_][\w-]{6,}/g, hidden],
  [/\bAIza[\w-]{20,}/g, hidden],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, hidden],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${hidden}@`],
  [
    /([?&;](?:key|sig|signature|code|[\w-]*(?:token|secret|password|api[-_]?key))=)[^&\s"'#]+/gi,
    `$1${hidden}`,
  ],
  [
    /((?:x-api-key|api-key|x-goog-api-key|authorization|password)["']?\s*[:=]\s*["']?)[^\s"',;}]+/gi,
    `$1${hidden}`,
  ],
]

/** Shortens a text and hides what looks like a credential in it. */
export function scrub(text: string): string {
  const shown = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text
  return secretPatterns.reduce(
    (clean, [pattern, replacement]) => clean.replaceAll(pattern, replacement),
    shown.toWellFormed(),
  )
}

/** Turns any values of one log entry into small JSON values that are safe to write. */
export class ValueRenderer {
  readonly #withStack: boolean
  readonly #parents = new Set<object>()

  constructor({ withStack }: { readonly withStack: boolean }) {
    this.#withStack = withStack
  }

  /** Renders the value of a named field; the name may be reason enough to withhold it. */
  field(name: string, value: unknown): unknown {
    if (typeof value !== 'number' && value !== undefined) {
      if (contentName.test(name)) return withheld
      if (secretName.test(name)) return hidden
    }
    return this.#value(value)
  }

  #value(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return scrub(value)
      case 'number':
        return Number.isFinite(value) ? value : String(value)
      case 'bigint':
        return scrub(String(value))
      case 'boolean':
      case 'undefined':
        return value
      case 'symbol':
      case 'function':
        return `[${typeof value}]`
      case 'object':
        return value === null ? null : this.#object(value)
    }
  }

  #object(value: object): unknown {
    if (this.#parents.has(value)) return '[circular]'
    if (this.#parents.size >= maxDepth) return Array.isArray(value) ? '[array]' : '[object]'
    this.#parents.add(value)
    try {
      return this.#known(value) ?? this.#record(value)
    } catch {
      // A getter or proxy threw; the rest of the entry is still worth writing.
      return '[unreadable]'
    } finally {
      this.#parents.delete(value)
    }
  }

  /** Renders objects of kinds with a meaning of their own. */
  #known(value: object): unknown {
    if (value instanceof Secret) return hidden
    if (value instanceof Error) return this.#error(value)
    if (Array.isArray(value)) return this.#array(value)
    if (value instanceof Date) {
      return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString()
    }
    if (value instanceof URL) return scrub(value.href)
    if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      return `[${value.byteLength} bytes]`
    }
    return undefined
  }

  #array(value: readonly unknown[]): unknown[] {
    const items = value.slice(0, maxItems).map((item) => this.#value(item))
    return value.length > maxItems ? [...items, `… ${value.length - maxItems} more`] : items
  }

  #record(value: object): unknown {
    const names = Object.keys(value)
    const entries = names
      .slice(0, maxItems)
      .map((name) => [scrub(name), this.field(name, Reflect.get(value, name))])
    if (names.length > maxItems) entries.push(['…', `${names.length - maxItems} more`])
    return Object.fromEntries(entries)
  }

  #error(error: Error): unknown {
    const chain = causesOf(error)
    const [first, ...causes] = chain.map(describeError)
    return {
      ...first,
      ...(causes.length > 0 && { causes }),
      ...(this.#withStack && { stack: stackOf(chain.at(-1) ?? error) }),
    }
  }
}

/** Returns an error and the errors behind it. */
function causesOf(error: Error): Error[] {
  const chain = [error]
  for (
    let { cause } = error;
    cause instanceof Error && chain.length < maxCauses && !chain.includes(cause);
    cause = cause.cause
  ) {
    chain.push(cause)
  }
  return chain
}

function describeError(error: Error): Record<string, unknown> {
  const code: unknown = error instanceof GatewayError ? error.code : Reflect.get(error, 'code')
  return {
    name: scrub(error.name),
    // Parsers quote what they could not read, which may be what a user wrote.
    message: error instanceof SyntaxError ? withheld : scrub(error.message),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
  }
}

/** Where an error arose; only places, because the head of a stack repeats the message. */
function stackOf(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line.startsWith('at '))
    .slice(0, maxStackLines)
    .map(scrub)
}
