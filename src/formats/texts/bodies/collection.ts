import type { AttachmentFact } from '../../../core/facts.ts'
import type { JsonValue } from '../../../core/json.ts'
import { hasRepeatedMember } from '../../json-scan.ts'
import type { Attachment } from '../attachments.ts'
import type { TextSegment } from '../segments.ts'
import type { Rule, Scope } from '../shape.ts'
import type { ToolUse } from '../tools.ts'
import { findTexts } from '../walk.ts'
import type { FoundText } from '../walk.ts'
import { joinTexts } from './joined.ts'
import type { JoinedText } from './joined.ts'

/** What is attached to a body, by kind. */
export interface AttachmentCount extends AttachmentFact {
  /** Its text is among the segments; all other attachments nobody here can read. */
  readonly isReadable: boolean
}

interface CollectionOptions {
  readonly direction: 'request' | 'answer'
  /**
   * Which texts are one to their reader: the text parts of one `content`, or what a stream of the same answer
   * would bring in one `channel`.
   */
  readonly joins: 'content' | 'channel' | 'nothing'
  /** Names of tools by call, for bodies that belong together. */
  readonly tools?: Map<string, string>
}

/** A call of a tool with the numbers of the segments of its arguments. */
export interface CallSegments {
  readonly tool: ToolUse
  readonly numbers: number[]
  /** Number of the segment behind the last one that tells of it. */
  end: number
}

/** Most texts of one body: beyond it reading would stop everything else. */
const maxTexts = 262_144

/** A body has more than can be read; `message` says what, without content. */
export class UnreadError extends Error {
  override readonly name = 'UnreadError'
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** Takes down what is read of one body, part after part. */
export class TextCollection {
  readonly segments: TextSegment[] = []
  readonly tokens: string[] = []
  readonly tools: ToolUse[] = []
  /** Calls of tools by the names that `Scope.call` gives them. */
  readonly #calls = new Map<string, CallSegments>()
  hasRepeatedMembers = false
  readonly #attachments = new Map<string, Attachment & { count: number }>()
  /** Numbers of the segments that are parts of one text. */
  readonly #joined = new Map<
    object | string,
    { readonly numbers: number[]; readonly separator: string }
  >()
  readonly #direction: 'request' | 'answer'
  readonly #joins: CollectionOptions['joins']
  readonly #toolNames: CollectionOptions['tools']

  constructor({ direction, joins, tools }: CollectionOptions) {
    this.#direction = direction
    this.#joins = joins
    this.#toolNames = tools
  }

  /** The calls of tools, in order. */
  get calls(): readonly CallSegments[] {
    return [...this.#calls.values()]
  }

  get attachments(): readonly AttachmentCount[] {
    return [...this.#attachments.values()]
  }

  get joined(): readonly JoinedText[] {
    return [...this.#joined.values()]
      .filter(({ numbers }) => numbers.length > 1)
      .map((parts) => joinTexts(this.segments, parts))
  }

  /**
   * Reads a value that was parsed from JSON text.
   * @param prefix beginning of the places in it
   */
  readJson(
    { text, json }: { readonly text: string; readonly json: JsonValue },
    {
      rule,
      scope,
      prefix,
    }: { readonly rule: Rule; readonly scope: Scope; readonly prefix: string },
  ): void {
    findTexts(json, rule, scope, {
      readsLeaves: true,
      isSent: this.#direction === 'request',
      ...(this.#toolNames !== undefined && { tools: this.#toolNames }),
      text: (found) => this.#found(found, prefix),
      tokens: (place) => this.tokens.push(prefix + place),
      tool: (tool, { call }) => this.#tool(tool, call),
      attachment: (attachment) => this.addAttachment(attachment),
    })
    this.hasRepeatedMembers ||= hasRepeatedMember(text, json)
  }

  /** Adds a text that stands by itself, or with others of the same content. */
  addText(
    text: string,
    {
      place,
      scope,
      content,
    }: {
      readonly place: string
      readonly scope: Scope
      readonly content?: { readonly separator: string }
    },
  ): void {
    const found = { text, place, scope, content, key: undefined, channel: undefined, isJson: false }
    this.#found(found, '', content?.separator)
  }

  addAttachment({ type, isReadable }: Attachment): void {
    const name = `${type} ${isReadable}`
    const known = this.#attachments.get(name)
    if (known === undefined) this.#attachments.set(name, { type, isReadable, count: 1 })
    else known.count += 1
  }

  #tool(tool: ToolUse, call: string | undefined): void {
    this.tools.push(tool)
    if (tool.use !== 'called' || call === undefined) return
    // A second call under a name that is taken has no texts of its own.
    const name = this.#calls.has(call) ? `${call} ${this.#calls.size}` : call
    this.#calls.set(name, { tool, numbers: [], end: this.segments.length })
  }

  #found(found: FoundText, prefix: string, separator = ''): void {
    if (this.segments.length === maxTexts) throw new UnreadError(`more than ${maxTexts} texts`)
    const { role, kind, source } = found.scope
    const place = prefix === '' ? found.place : prefix + found.place
    const direction = this.#direction
    const segment: Writable<TextSegment> = { place, role, direction, kind, text: found.text }
    if (source !== undefined && source !== '') segment.source = source
    if (found.key !== undefined) segment.key = found.key
    const whole = this.#wholeOf(found)
    if (whole !== undefined) this.#join(segment, { whole, separator })
    this.segments.push(segment)
    const call = this.#calls.get(found.scope.call ?? '')
    if (call === undefined) return
    call.end = this.segments.length
    if (kind === 'tool-arguments') call.numbers.push(this.segments.length - 1)
  }

  /** What a text is a part of. */
  #wholeOf({ content, channel, isJson }: FoundText): object | string | undefined {
    if (this.#joins === 'content') return content
    return this.#joins === 'channel' && !isJson ? channel : undefined
  }

  #join(
    segment: TextSegment,
    { whole, separator }: { readonly whole: object | string; readonly separator: string },
  ): void {
    const known = this.#joined.get(whole)
    const number = this.segments.length
    if (known === undefined) {
      this.#joined.set(whole, { numbers: [number], separator })
      return
    }
    const first = this.segments[known.numbers[0] ?? 0]
    if (first?.role === segment.role && first.kind === segment.kind) known.numbers.push(number)
  }
}
