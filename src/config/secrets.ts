import { dirname, resolve } from 'node:path'
import { isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { Secret } from '../core/secret.ts'
import { decodeText, FileProblem } from './files.ts'
import type { ReadFile } from './files.ts'
import type { Path } from './problem.ts'
import { pathKey, printable } from './problem.ts'
import { describeParts, nameReferences, splitText } from './references.ts'
import type { TextPart } from './references.ts'
import type { Fault, Place, Source } from './source.ts'

/** Where references get their values from. */
export interface ReferenceSources {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly readFile: ReadFile
  /** The configuration file; relative paths in references start at its directory. */
  readonly path: string
}

/** A value of the document that came from references, at least in part. */
export interface ResolvedText {
  /** What people may see instead of the value, such as `${env:OPENAI_API_KEY}`. */
  readonly shown: string
  /** The references alone, for messages. */
  readonly references: string
  readonly value: Secret
}

/** A document with its references resolved. */
export interface ResolvedDocument {
  readonly value: JsonValue
  /** By `pathKey`: every value that must not be shown. */
  readonly resolved: ReadonlyMap<string, ResolvedText>
  /** Each secret that was put in, and what may be shown for it. */
  readonly secrets: readonly ResolvedText[]
  readonly faults: readonly Fault[]
  /** Absolute paths of the referenced files, readable or not. */
  readonly files: readonly string[]
}

/** Largest file a reference may name, in bytes. */
export const maxSecretBytes = 65_536

/** Resolves `${env:NAME}`, `${env:NAME:-default}` and `${file:path}` in every text of a document. */
export async function resolveReferences(
  source: Source,
  text: string,
  sources: ReferenceSources,
): Promise<ResolvedDocument> {
  const resolver = new Resolver(source, text, sources)
  const value = await resolver.resolve(source.value, [])
  const { resolved, faults } = resolver
  return {
    value,
    resolved,
    secrets: [...resolver.secrets.values()],
    faults,
    files: [...resolver.files.keys()],
  }
}

class Resolver {
  readonly resolved = new Map<string, ResolvedText>()
  readonly secrets = new Map<string, ResolvedText>()
  readonly faults: Fault[] = []
  readonly files = new Map<string, Promise<string | FileProblem>>()
  readonly #source: Source
  readonly #text: string
  readonly #sources: ReferenceSources

  constructor(source: Source, text: string, sources: ReferenceSources) {
    this.#source = source
    this.#text = text
    this.#sources = sources
  }

  async resolve(value: JsonValue, path: Path): Promise<JsonValue> {
    if (typeof value === 'string') return value.includes('${') ? this.#fill(value, path) : value
    if (Array.isArray(value)) {
      const items: JsonValue[] = []
      for (const [index, item] of value.entries()) {
        items.push(await this.resolve(item, [...path, index]))
      }
      return items
    }
    if (!isObject(value)) return value
    const result: JsonObject = {}
    for (const [name, child] of Object.entries(value)) {
      result[name] = await this.resolve(child ?? null, [...path, name])
    }
    return result
  }

  async #fill(text: string, path: Path): Promise<string> {
    const split = splitText(text)
    if (!split.isValid) {
      this.#fault(path, undefined, split.message, split.hint)
      return text
    }
    let filled = ''
    for (const part of split.parts) filled += (await this.#valueOf(part, path)) ?? ''
    if (split.parts.some((part) => part.type !== 'literal')) {
      const references = nameReferences(split.parts)
      const entry = { shown: describeParts(split.parts), references, value: new Secret(filled) }
      this.resolved.set(pathKey(path), entry)
      this.secrets.set(filled, entry)
    }
    return filled
  }

  async #valueOf(part: TextPart, path: Path): Promise<string | undefined> {
    if (part.type === 'literal') return part.text
    const value =
      part.type === 'env' ? this.#variable(part, path) : await this.#file(part.path, part, path)
    if (value !== undefined && value !== '' && !this.secrets.has(value)) {
      const shown = describeParts([part])
      this.secrets.set(value, { shown, references: shown, value: new Secret(value) })
    }
    return value
  }

  #variable(part: TextPart & { type: 'env' }, path: Path): string | undefined {
    const { environment } = this.#sources
    const value = Object.hasOwn(environment, part.name) ? environment[part.name] : undefined
    if (value !== undefined && value !== '') return value
    if (part.fallback !== undefined) return part.fallback
    const state = value === undefined ? 'not set' : 'empty'
    const hint = `set it, or write \${env:${part.name}:-} where nothing will do`
    this.#fault(path, part, `the environment variable ${part.name} is ${state}`, hint)
    return undefined
  }

  async #file(name: string, part: TextPart, path: Path): Promise<string | undefined> {
    const absolute = resolve(dirname(resolve(this.#sources.path)), name)
    const known = this.files.get(absolute) ?? this.#read(absolute)
    this.files.set(absolute, known)
    const content = await known
    if (typeof content === 'string') return content
    this.#fault(path, part, `the file ${printable(name)} ${content.message}`)
    return undefined
  }

  async #read(path: string): Promise<string | FileProblem> {
    try {
      const bytes = await this.#sources.readFile(path, maxSecretBytes)
      const content = decodeText(bytes).replace(/\r?\n$/, '')
      return content === '' ? new FileProblem('is empty') : content
    } catch (error) {
      return error instanceof FileProblem ? error : new FileProblem('cannot be read')
    }
  }

  #fault(path: Path, part: TextPart | undefined, message: string, hint?: string): void {
    const place = this.#source.places.get(pathKey(path))
    const span = place === undefined ? { start: 0, end: 0 } : this.#spanOf(place, part)
    this.faults.push({ path, span, message, ...(hint === undefined ? {} : { hint }) })
  }

  #spanOf(place: Place, part: TextPart | undefined): Place['value'] {
    const sought = part === undefined || part.type === 'literal' ? '${' : part.source
    const at = this.#text.slice(place.value.start, place.value.end).indexOf(sought)
    if (at < 0) return place.value
    const start = place.value.start + at
    return { start, end: start + sought.length }
  }
}
