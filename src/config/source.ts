import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument, visit } from 'yaml'
import type { Alias, Document, Node, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Span } from './excerpt.ts'
import type { Path } from './problem.ts'
import { pathKey } from './problem.ts'
import { describeSyntaxError } from './syntax-errors.ts'

/** Where one value of a document stands in its source. */
export interface Place {
  readonly path: Path
  /** The key that names the value; absent for list entries and the root. */
  readonly key: Span | undefined
  /** The value itself; behind an alias, the value the alias stands for. */
  readonly value: Span
  /** The text of a string value as it is after YAML quoting is undone. */
  readonly text: string | undefined
  /** Whether it is a single value, neither mapping nor list. */
  readonly isLeaf: boolean
}

/** Something wrong at a place that is not yet rendered. */
export interface Fault {
  readonly path: Path
  readonly span: Span
  readonly message: string
  readonly hint?: string
}

/** A YAML document as plain data, with the place of every value. */
export interface Source {
  readonly value: JsonValue
  /** By `pathKey`. */
  readonly places: ReadonlyMap<string, Place>
  readonly faults: readonly Fault[]
  /** Whether the text was YAML at all; if not, `value` is empty. */
  readonly isYaml: boolean
}

/** Bounds on what one document may expand to. */
export interface SourceLimits {
  readonly maxDepth: number
  readonly maxNodes: number
  readonly maxAliasCount: number
}

/** Far above any sensible configuration, far below what would hurt. */
export const sourceLimits: SourceLimits = {
  maxDepth: 32,
  maxNodes: 200_000,
  maxAliasCount: 1_000,
}

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses YAML text (version 1.2, core schema, merge keys) into plain data. Never throws: whatever
 * is wrong is in `faults`, in words that repeat no value of the text.
 */
export function parseSource(text: string, limits: SourceLimits = sourceLimits): Source {
  const document = parseYaml(text)
  if (document === undefined) {
    const fault = { path: [], span: { start: 0, end: 0 }, message: 'nested too deeply to be read' }
    return { value: {}, places: new Map(), faults: [fault], isYaml: false }
  }
  const errors = [...document.errors, ...document.warnings]
  if (errors.length > 0) {
    const faults = errors.map((error) => ({
      path: [],
      span: { start: error.pos[0], end: error.pos[1] },
      ...describeSyntaxError(error.code),
    }))
    return { value: {}, places: new Map(), faults, isYaml: false }
  }
  return new Reader(document, limits).read(document.contents, text.length)
}

function parseYaml(text: string): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    })
  } catch {
    // Only text nested beyond the parser's stack ends here; the caller reports just that.
    return undefined
  }
}

/** Walks a parsed document once, following aliases and merge keys within the limits. */
class Reader {
  readonly #limits: SourceLimits
  readonly #places = new Map<string, Place>()
  readonly #faults: Fault[] = []
  readonly #targets: ReadonlyMap<Alias, Node>
  readonly #open = new Set<Node>()
  #nodes = 0
  #aliases = 0
  #exhausted = false

  constructor(document: Document.Parsed, limits: SourceLimits) {
    this.#limits = limits
    this.#targets = aliasTargets(document)
  }

  read(contents: Node | null, length: number): Source {
    const isEmpty = contents === null || (isScalar(contents) && contents.value === null)
    if (isEmpty) this.#place({ path: [], key: undefined, value: { start: 0, end: length } })
    const value = isEmpty ? {} : this.#value(contents, [], undefined)
    return { value, places: this.#places, faults: this.#faults, isYaml: true }
  }

  #value(node: Node, path: Path, key: Span | undefined): JsonValue {
    const span = spanOf(node)
    this.#nodes += 1
    if (this.#nodes > this.#limits.maxNodes) this.#exhaust(span, 'too many values')
    if (path.length > this.#limits.maxDepth) this.#exhaust(span, 'nested too deeply')
    if (this.#exhausted) return null
    if (isAlias(node)) return this.#alias(node, path, key)
    if (isScalar(node)) return this.#scalar(node, path, key)
    this.#place({ path, key, value: span })
    this.#open.add(node)
    const value = isMap(node) ? this.#map(node, path) : isSeq(node) ? this.#list(node, path) : null
    this.#open.delete(node)
    return value
  }

  #list(node: YAMLSeq, path: Path): JsonValue[] {
    return node.items.map((item, index) => {
      const child = nodeOf(item)
      return child === undefined ? null : this.#value(child, [...path, index], undefined)
    })
  }

  #alias(node: Alias, path: Path, key: Span | undefined): JsonValue {
    const target = this.#targets.get(node)
    const span = spanOf(node)
    this.#aliases += 1
    if (this.#aliases > this.#limits.maxAliasCount) this.#exhaust(span, 'too many aliases')
    if (target === undefined) {
      this.#fault(path, span, 'alias without an anchor of that name before it')
      return null
    }
    if (this.#open.has(target)) {
      this.#fault(path, span, 'alias that contains itself')
      return null
    }
    return this.#value(target, path, key)
  }

  #scalar(node: Scalar, path: Path, key: Span | undefined): JsonValue {
    const { value } = node
    const text = typeof value === 'string' ? value : undefined
    this.#place({ path, key, value: spanOf(node), text, isLeaf: true })
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    this.#fault(path, spanOf(node), 'neither text, a finite number, true, false nor null')
    return null
  }

  #map(node: YAMLMap, path: Path): JsonObject {
    const result: JsonObject = {}
    for (const [name, entry] of this.#entries(node, path)) {
      if (this.#exhausted) break
      const child = [...path, name]
      if (entry.value === undefined) this.#place({ path: child, key: entry.key, value: entry.key })
      result[name] = entry.value === undefined ? null : this.#value(entry.value, child, entry.key)
    }
    return result
  }

  /** Own keys win over merged ones, earlier merged ones over later (YAML merge key type). */
  #entries(node: YAMLMap, path: Path): Map<string, Entry> {
    const entries = new Map<string, Entry>()
    const merges: Node[] = []
    for (const pair of node.items) {
      this.#nodes += 1
      const keyNode = this.#resolved(nodeOf(pair.key))
      const value = nodeOf(pair.value)
      const isMerge = isScalar(keyNode) && keyNode.value === '<<' && keyNode.type === 'PLAIN'
      if (isMerge && value !== undefined) {
        merges.push(value)
        continue
      }
      const key = keyNode === undefined ? spanOf(node) : spanOf(keyNode)
      const name = this.#name(keyNode, key, path)
      if (name === undefined) continue
      if (entries.has(name)) {
        const hint = 'each key may appear once in a mapping'
        this.#fault([...path, name], key, 'duplicate key', hint)
      } else entries.set(name, { key, value })
    }
    for (const merge of merges) {
      for (const [name, entry] of this.#mergedEntries(merge, path)) {
        if (!entries.has(name)) entries.set(name, entry)
      }
    }
    return entries
  }

  #mergedEntries(node: Node, path: Path): [string, Entry][] {
    this.#aliases += 1
    if (this.#aliases > this.#limits.maxAliasCount) this.#exhaust(spanOf(node), 'too many aliases')
    if (this.#nodes > this.#limits.maxNodes) this.#exhaust(spanOf(node), 'too many values')
    if (this.#exhausted) return []
    const target = this.#resolved(node)
    if (target === undefined || this.#open.has(target) || !(isMap(target) || isSeq(target))) {
      this.#fault(path, spanOf(node), '<< takes a mapping or a list of mappings')
      return []
    }
    this.#open.add(target)
    const entries = isMap(target)
      ? [...this.#entries(target, path)]
      : target.items.flatMap((item) => {
          const child = nodeOf(item)
          return child === undefined ? [] : this.#mergedEntries(child, path)
        })
    this.#open.delete(target)
    return entries
  }

  #name(node: Node | undefined, span: Span, path: Path): string | undefined {
    const name = isScalar(node) ? (node.source ?? node.value) : undefined
    if (typeof name !== 'string' || (isScalar(node) && node.value === null)) {
      this.#fault(path, span, 'keys must be plain text')
      return undefined
    }
    if (forbiddenKeys.has(name)) {
      this.#fault(path, span, `the key ${name} is not allowed`)
      return undefined
    }
    if (name.includes('${')) {
      this.#fault(path, span, 'references such as ${env:NAME} are resolved in values only')
      return undefined
    }
    return name
  }

  #resolved(node: Node | undefined): Node | undefined {
    return isAlias(node) ? this.#targets.get(node) : node
  }

  #place(place: Omit<Place, 'text' | 'isLeaf'> & Partial<Place>): void {
    this.#places.set(pathKey(place.path), { text: undefined, isLeaf: false, ...place })
  }

  #fault(path: Path, span: Span, message: string, hint?: string): void {
    this.#faults.push({ path, span, message, ...(hint === undefined ? {} : { hint }) })
  }

  #exhaust(span: Span, message: string): void {
    if (!this.#exhausted) this.#fault([], span, message)
    this.#exhausted = true
  }
}

interface Entry {
  readonly key: Span
  readonly value: Node | undefined
}

/** Maps each alias to the nearest anchored node of its name before it in the document. */
function aliasTargets(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

function nodeOf(value: unknown): Node | undefined {
  return isNode(value) ? value : undefined
}

function spanOf(node: Node): Span {
  const range = node.range
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 }
}
