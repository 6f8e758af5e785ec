import { GatewayError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { isLongNumber, isPlainName } from './leaf.ts'
import { dataUrlHead, fromBase64, isTextHead } from './encoded.ts'
import { encodedStep, jsonStep, memberStep, nameStep } from './place.ts'
import { leavesOf } from './replace.ts'
import { changed, unknown } from './shape.ts'
import type { Rule, Scope, Shape, StringRule } from './shape.ts'

/** A text that was met in a body. */
export interface FoundText {
  readonly place: string
  readonly text: string
  readonly scope: Scope
  /** Name of the member that holds it, where its shape does not say what it is. */
  readonly key: string | undefined
  /** The channel of a stream it belongs to. */
  readonly channel: string | undefined
  /** Whether it is JSON text whose leaves are still to be read; only for texts of a channel. */
  readonly isJson: boolean
}

/** Receives what is met, in order. */
export interface Finder {
  /** Names of tools by call, for bodies that belong together. */
  readonly tools?: Map<string, string>
  text(found: FoundText): void
  /** A value that repeats in another way what texts below `owner` say. */
  derived?(place: string, owner: string): void
  /** Text as numbers of tokens. */
  tokens?(place: string): void
}

const shortest = 4
/** Deeper than any request may be; a place is as long as it is deep. */
const maxDepth = 1024

/** Reads every text of a body in order. Throws `compliance_unavailable` for one that is nested too deeply. */
export function findTexts(body: JsonValue, rule: Rule, scope: Scope, finder: Finder): void {
  new Walk(finder).run(body, rule, scope)
}

/** An object or array that is being read. */
class Level {
  readonly value: JsonObject | JsonValue[]
  readonly parent: Level | undefined
  /** Name or index in the parent. */
  readonly step: string | number
  /** Name of the member that holds it, or the array it is in. */
  readonly key: string | undefined
  /** For the elements of an array. */
  readonly rule: Rule
  readonly shape: Shape
  readonly scope: Scope
  /** Names of the members; `undefined` for arrays. */
  readonly names: readonly string[] | undefined
  next = 0
  #place: string | undefined

  constructor(
    value: JsonObject | JsonValue[],
    { parent, step }: { readonly parent: Level | undefined; readonly step: string | number },
    known: Pick<Level, 'rule' | 'shape' | 'scope'>,
  ) {
    this.value = value
    this.parent = parent
    this.step = step
    this.key = typeof step === 'string' ? step : parent?.key
    this.rule = known.rule
    this.shape = known.shape
    this.scope = known.scope
    this.names = Array.isArray(value) ? undefined : namesOf(value, known.shape)
  }

  get place(): string {
    this.#place ??= this.parent === undefined ? '' : this.parent.placeOf(this.step)
    return this.#place
  }

  placeOf(step: string | number): string {
    const { place } = this
    return typeof step === 'number' ? `${place}[${step}]` : place + memberStep(step, place === '')
  }
}

class Walk {
  readonly #finder: Finder
  readonly #levels: Level[] = []
  readonly #tools: Map<string, string>

  constructor(finder: Finder) {
    this.#finder = finder
    this.#tools = finder.tools ?? new Map()
  }

  run(body: JsonValue, rule: Rule, scope: Scope): void {
    if (!isObject(body) && !Array.isArray(body)) return
    this.#levels.push(
      new Level(body, { parent: undefined, step: '' }, this.#known(body, rule, scope)),
    )
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      if (level.names === undefined) this.#elements(level)
      else this.#members(level, level.names)
    }
  }

  /** Reads elements until one has to be read first. */
  #elements(level: Level): void {
    const { value, rule } = level
    if (level.next === 0 && isTokens(value, rule)) this.#finder.tokens?.(level.place)
    while (Array.isArray(value) && level.next < value.length) {
      const index = level.next++
      const element = value[index]
      if (typeof element === 'object' && element !== null) {
        this.#enter(element, rule, { level, step: index })
        return
      }
      this.#leaf(element, rule, level, index)
    }
    this.#levels.pop()
  }

  /** Reads members until one has to be read first. */
  #members(level: Level, names: readonly string[]): void {
    const { value, shape } = level
    while (!Array.isArray(value) && level.next < names.length) {
      const name = names[level.next++] ?? ''
      const known = shape.members.get(name)
      const rule = known ?? shape.other ?? unknown
      if (known === undefined && !isPlainName(name)) this.#name(name, level)
      const member = value[name]
      if (rule.isDerived === true) this.#derived(level, name)
      else if (typeof member === 'object' && member !== null) {
        this.#enter(member, rule, { level, step: name })
        return
      } else this.#leaf(member, rule, level, name)
    }
    this.#levels.pop()
  }

  #derived(level: Level, name: string): void {
    this.#finder.derived?.(level.placeOf(name), level.place)
  }

  #name(name: string, level: Level): void {
    if (name === '') return
    const place = level.placeOf(name) + nameStep
    this.#emit(name, unknown, { scope: level.scope, place, key: undefined })
  }

  #leaf(value: JsonValue | undefined, rule: Rule, level: Level, step: string | number): void {
    if (typeof value === 'string') this.#string(value, rule, level, step)
    else if (typeof value === 'number' && isLongNumber(value) && level.shape.isFree === true) {
      this.#emit(String(value), rule, positionOf(level, step))
    }
  }

  #known(value: JsonObject | JsonValue[], rule: Rule, base: Scope, index?: number) {
    if (Array.isArray(value)) return { rule, shape: rule.shape, scope: base }
    const shape = rule.shape.choose?.(value) ?? rule.shape
    const own = rule.scope === undefined ? base : changed(base, rule.scope)
    const scope = shape.enter?.(value, own, { index, tools: this.#tools }) ?? own
    return { rule, shape, scope }
  }

  #enter(
    value: JsonObject | JsonValue[],
    rule: Rule,
    { level, step }: { readonly level: Level; readonly step: string | number },
  ): void {
    if (this.#levels.length >= maxDepth) {
      const cause = new Error(`a body is nested deeper than ${maxDepth} levels`)
      throw new GatewayError('compliance_unavailable', undefined, { cause })
    }
    const known = this.#known(value, rule, level.scope, typeof step === 'number' ? step : undefined)
    this.#levels.push(new Level(value, { parent: level, step }, known))
  }

  #string(value: string, rule: Rule, level: Level, step: string | number): void {
    const kind = rule.string
    const encoded = kind === 'text' ? undefined : encodedText(value, kind)
    if (encoded !== undefined) {
      const at = positionOf(level, step)
      this.#emit(encoded, rule, { ...at, place: at.place + encodedStep })
    } else if (isText(value, kind)) {
      if (kind === 'json' && !isGrowing(rule, level.scope)) this.#json(value, rule, level, step)
      else this.#emit(value, rule, positionOf(level, step))
    }
  }

  #json(value: string, rule: Rule, level: Level, step: string | number): void {
    const at = positionOf(level, step)
    for (const { leaf, text } of leavesOf(value)) {
      const place = at.place + jsonStep + leaf.place()
      this.#emit(text, rule, { scope: level.scope, place, key: leaf.key })
    }
  }

  #emit(text: string, rule: Rule, { place, key, scope }: Position): void {
    const own = rule.scope === undefined ? scope : changed(scope, rule.scope)
    const channel = isGrowing(rule, own) ? `${own.channel}/${rule.channel}` : undefined
    this.#finder.text({ place, text, scope: own, key, channel, isJson: rule.string === 'json' })
  }
}

interface Position {
  readonly place: string
  readonly key: string | undefined
  readonly scope: Scope
}

function positionOf(level: Level, step: string | number): Position {
  // What a known member says is known without its name.
  const isOpen = level.shape.isFree === true
  const key = !isOpen ? undefined : typeof step === 'string' ? step : level.key
  return { place: level.placeOf(step), key, scope: level.scope }
}

function isTokens(value: Level['value'], rule: Rule): boolean {
  return Array.isArray(value) && typeof value[0] === 'number' && rule.isPrompt === true
}

function isGrowing(rule: Rule, scope: Scope): boolean {
  return rule.channel !== undefined && scope.channel !== undefined
}

function namesOf(object: JsonObject, { first }: Shape): readonly string[] {
  const names = Object.keys(object)
  if (first === undefined || !first.some((name) => object[name] !== undefined)) return names
  const rank = (name: string): number =>
    (first.indexOf(name) + first.length + 1) % (first.length + 1)
  return names.toSorted((one, other) => rank(one) - rank(other))
}

const wordPattern = /^[\w.:/+=-]{1,64}$/
const opaquePattern = /^[\w+/=.:|~\r\n-]*$/

/** Tells whether a string is one that somebody wrote. */
function isText(value: string, rule: StringRule): boolean {
  switch (rule) {
    case 'text':
    case 'json':
      return value !== ''
    case 'unknown':
      return value.length >= shortest
    case 'word':
      return value !== '' && !wordPattern.test(value)
    case 'url': {
      const head = dataUrlHead(value)
      const isData = head !== '' && !isTextHead(head)
      return value !== '' && !(isData && opaquePattern.test(value.slice(head.length)))
    }
    case 'opaque': {
      const head = dataUrlHead(value)
      return isTextHead(head) || !opaquePattern.test(value.slice(head.length))
    }
    case 'encoded':
      return value !== ''
    default:
      return rule satisfies never
  }
}

/** Returns the text that a string holds in base 64, where it is known to hold one. */
function encodedText(value: string, rule: StringRule): string | undefined {
  if (rule === 'encoded') return fromBase64(value)
  if (rule !== 'opaque' && rule !== 'url') return undefined
  const head = dataUrlHead(value)
  return isTextHead(head) ? fromBase64(value.slice(head.length)) : undefined
}
