import { GatewayError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Attachment } from './attachments.ts'
import { isLongNumber, isPlainName } from './leaf.ts'
import { encodedStep, jsonStep, memberStep, nameStep, placeName } from './place.ts'
import { leavesOf } from './replace.ts'
import { encodedText, hiddenText, isSentText, isText, looseText } from './strings.ts'
import { changed, unknown } from './shape.ts'
import type { Rule, Scope, Shape, StringRule, Visit } from './shape.ts'
import type { ToolUse } from './tools.ts'

/** A text that was met in a body. */
export interface FoundText {
  readonly place: string
  readonly text: string
  readonly scope: Scope
  /** Name of the member that holds it, where its shape does not say what it is. */
  readonly key: string | undefined
  /** The channel of a stream it belongs to. */
  readonly channel: string | undefined
  /** Whether it is JSON text, or a leaf of one; only that of a channel may have leaves that are still to be read. */
  readonly isJson: boolean
  /** The same for all text parts of one content: a model reads them as one text. */
  readonly content: object | undefined
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
  /** JSON text of a channel is taken apart as any other is. */
  readonly readsLeaves?: boolean
  /** The body was written by a caller, who may put anything anywhere: nothing in it is believed to be a word. */
  readonly isSent?: boolean
  /** A tool that the body concerns; of one that is called, `scope.call` names the call. */
  tool?(tool: ToolUse, scope: Scope): void
  attachment?(attachment: Attachment): void
}

const noScope: Scope = { role: 'system', kind: 'text' }

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
  readonly #tell: Visit['tell']
  /** What the object told that was entered last. */
  #told: ToolUse | undefined
  #calls = 0

  constructor(finder: Finder) {
    this.#finder = finder
    this.#tools = finder.tools ?? new Map()
    this.#tell = finder.tool === undefined ? undefined : (tool) => this.#take(tool)
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
      if (rule.isDerived === true && this.#finder.isSent !== true) continue
      if (typeof member === 'object' && member !== null) {
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
    else if (typeof value === 'number' && isLongNumber(value) && this.#mayNumber(level)) {
      this.#emit(String(value), rule, positionOf(level, step))
    }
  }

  /** Tells whether numbers of an object may identify somebody. */
  #mayNumber({ shape }: Level): boolean {
    return shape.isFree === true || this.#finder.isSent === true
  }

  #known(value: JsonObject | JsonValue[], rule: Rule, base: Scope, index?: number) {
    if (Array.isArray(value)) return { rule, shape: rule.shape, scope: base }
    const shape = rule.shape.choose?.(value) ?? rule.shape
    const own = rule.scope === undefined ? base : changed(base, rule.scope)
    const scope = shape.enter?.(value, own, { index, tools: this.#tools, tell: this.#tell }) ?? own
    return { rule, shape, scope: this.#told === undefined ? scope : this.#inCall(scope) }
  }

  #take(tool: ToolUse): void {
    if (tool.use === 'called') this.#told = tool
    else this.#finder.tool?.(tool, noScope)
  }

  /** Tells of a call; one without a name of its own gets one. */
  #inCall(scope: Scope): Scope {
    const tool = this.#told
    this.#told = undefined
    const placed = scope.call === undefined ? changed(scope, { call: `#${this.#calls++}` }) : scope
    if (tool !== undefined) this.#finder.tool?.(tool, placed)
    return placed
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
    if (rule.attachment !== undefined && !Array.isArray(value)) this.#attach(value, rule)
    const known = this.#known(value, rule, level.scope, typeof step === 'number' ? step : undefined)
    this.#levels.push(new Level(value, { parent: level, step }, known))
  }

  #attach(value: JsonObject | string, rule: Rule): void {
    const attachment = rule.attachment?.(value)
    if (attachment !== undefined) this.#finder.attachment?.(attachment)
  }

  #string(value: string, rule: Rule, level: Level, step: string | number): void {
    const kind = rule.string
    if (rule.attachment !== undefined) this.#attach(value, rule)
    const encoded = kind === 'text' ? undefined : this.#encoded(value, kind)
    const isSent = this.#finder.isSent === true && kind !== 'text'
    const decoded = encoded ?? (isSent ? looseText(value, kind) : undefined)
    if (decoded !== undefined) {
      const at = positionOf(level, step)
      this.#emit(decoded, rule, { ...at, place: at.place + encodedStep })
    }
    if (encoded === undefined && this.#isText(value, kind, level, step)) {
      const isWhole = this.#finder.readsLeaves !== true && isGrowing(rule, level.scope)
      if (kind === 'json' && !isWhole) this.#json(value, rule, level, step)
      else this.#emit(value, rule, positionOf(level, step), contentOf(level, rule, step))
    }
  }

  #encoded(value: string, kind: StringRule): string | undefined {
    const known = encodedText(value, kind)
    return known === undefined && this.#finder.isSent === true ? hiddenText(value, kind) : known
  }

  #isText(value: string, kind: StringRule, level: Level, step: string | number): boolean {
    // Which names of models there are is no question of content.
    const isModel = step === 'model' && level.parent === undefined
    if (this.#finder.isSent === true && !isModel) return isSentText(value, kind)
    return isText(value, kind)
  }

  #json(value: string, rule: Rule, level: Level, step: string | number): void {
    const at = positionOf(level, step)
    for (const { leaf, place: inner, text } of leavesOf(value)) {
      const place = at.place + jsonStep + inner
      this.#emit(text, rule, { scope: level.scope, place, key: leaf.key })
    }
  }

  #emit(text: string, rule: Rule, { place, key, scope }: Position, content?: object): void {
    const own = rule.scope === undefined ? scope : changed(scope, rule.scope)
    const channel = isGrowing(rule, own) ? `${own.channel}/${rule.channel}` : undefined
    const isJson = rule.string === 'json'
    const named = key === undefined ? undefined : placeName(key)
    this.#finder.text({ place, text, scope: own, key: named, channel, isJson, content })
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

/** The content that a text is a part of: the array that holds its part. */
function contentOf(level: Level, rule: Rule, step: string | number): object | undefined {
  if (rule.channel === undefined || step !== 'text') return undefined
  const { parent } = level
  return parent === undefined || parent.names !== undefined ? undefined : parent
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
