import type { JsonObject } from '../../core/json.ts'
import type { TextChannel } from '../../core/text-filter.ts'
import type { FindAttachment } from './attachments.ts'
import type { ToolUse } from './tools.ts'

export type TextRole = TextChannel['role']
export type TextKind = TextChannel['kind']

/** What is known about the texts below one place. */
export interface Scope {
  readonly role: TextRole
  readonly kind: TextKind
  /** Name of the tool, or title of the document. */
  readonly source?: string | undefined
  /** Beginning of the names of the channels below, in frames of a stream. */
  readonly channel?: string | undefined
  /** The call of a tool that texts below belong to, if there is one of this name. */
  readonly call?: string | undefined
  /** Whether the texts of channels are told once more, whole. */
  readonly repeats?: boolean | undefined
}

/**
 * What a string is:
 * - `text`: somebody wrote it
 * - `unknown`: the same, unless it is very short
 * - `json`: JSON text that somebody wrote
 * - `word`: an identifier or a word of the protocol; text where it does not look like one
 * - `opaque`: binary data or a signature, as such or in an address; text where it does not look like one
 * - `encoded`: text in base 64
 * - `url`: an address, or data in one
 */
export type StringRule = 'text' | 'unknown' | 'json' | 'word' | 'opaque' | 'encoded' | 'url'

/** What stands in a member: a string, an object, or an array of either. */
export interface Rule {
  readonly string: StringRule
  readonly shape: Shape
  /** What a text here differs in from its surroundings. */
  readonly scope?: Partial<Scope>
  /** End of the name of the channel that a string here belongs to. */
  readonly channel?: string
  /** An array of numbers here is text as tokens. */
  readonly isPrompt?: boolean
  /** The value only says once more, in another way, what texts beside it say: `logprobs`. */
  readonly isDerived?: boolean
  /** Tells what each object or string here attaches to the body. */
  readonly attachment?: FindAttachment
}

/** An object as far as it is known. What is not known in it may hold text like anything else. */
export interface Shape {
  readonly members: ReadonlyMap<string, Rule>
  /** For the members that are not listed. */
  readonly other?: Rule
  /** Names of members that are read before the others, so that texts come in the order of streams. */
  readonly first?: readonly string[]
  /** Whether long numbers and unusual names of members count as text. */
  readonly isFree?: boolean
  /** Says more about an object when its members are known. */
  readonly enter?: (object: JsonObject, scope: Scope, visit: Visit) => Scope
  /** Another shape, depending on the members. */
  readonly choose?: (object: JsonObject) => Shape | undefined
}

/** Where an object was met. */
export interface Visit {
  /** Index in the array it stands in. */
  readonly index: number | undefined
  /** Names of tools by the id of a call, or by the channel of one. */
  readonly tools: Map<string, string>
  /** Takes note of a tool that the body concerns; absent where nobody asks. */
  readonly tell?: ((tool: ToolUse) => void) | undefined
}

const nothing: ReadonlyMap<string, Rule> = new Map()

/** An object nobody knows. */
export const unknownShape: Shape = { members: nothing, isFree: true }
/** An object that people, models and tools fill as they like. */
export const freeShape: Shape = {
  members: nothing,
  isFree: true,
  get other() {
    return free
  },
}

/** For members that are not listed anywhere. */
export const unknown: Rule = { string: 'unknown', shape: unknownShape }
export const text: Rule = { string: 'text', shape: unknownShape }
export const word: Rule = { string: 'word', shape: unknownShape }
export const opaque: Rule = { string: 'opaque', shape: unknownShape }
export const encoded: Rule = { string: 'encoded', shape: unknownShape }
export const url: Rule = { string: 'url', shape: unknownShape }
/** JSON text, or the same as an object. */
export const json: Rule = { string: 'json', shape: freeShape }
/** A value of any kind in which every string counts, however short. */
export const free: Rule = { string: 'text', shape: freeShape }
/** Text, or the same as numbers of tokens. */
export const prompt: Rule = { ...text, isPrompt: true }
export const derived: Rule = { ...opaque, isDerived: true }

/** A member that holds an object of a shape, or several. */
export function of(shape: Shape, more: Partial<Rule> = {}): Rule {
  return { string: 'text', shape, ...more }
}

/** As `of`, for a shape that is defined further on. */
export function later(shape: () => Shape, more: Partial<Rule> = {}): Rule {
  return {
    string: 'text',
    ...more,
    get shape() {
      return shape()
    },
  }
}

/** The same rule where texts differ in something from their surroundings. */
export function within(rule: Rule, scope: Partial<Scope>): Rule {
  return { ...rule, scope: { ...rule.scope, ...scope } }
}

/** The same rule for texts that grow while an answer is streamed. */
export function growing(rule: Rule, channel: string): Rule {
  return { ...rule, channel }
}

/** The same rule for what attaches something to the body. */
export function attaching(rule: Rule, attachment: FindAttachment): Rule {
  return { ...rule, attachment }
}

/** A scope that differs from another; what the change leaves undefined stays. */
export function changed(scope: Scope, change: Partial<Scope>): Scope {
  // Written out: this is done for every message, and copying of properties costs ten times as much.
  return {
    role: change.role ?? scope.role,
    kind: change.kind ?? scope.kind,
    source: change.source ?? scope.source,
    channel: change.channel ?? scope.channel,
    call: change.call ?? scope.call,
    repeats: change.repeats ?? scope.repeats,
  }
}

/** Names a channel, or the beginning of one, within another. */
export function channelIn(scope: Scope, name: string | number): string | undefined {
  if (scope.channel === undefined) return undefined
  return scope.channel === '' ? String(name) : `${scope.channel}/${name}`
}

/** Lists members. */
export function members(...lists: readonly Readonly<Record<string, Rule>>[]): Map<string, Rule> {
  return new Map(lists.flatMap((list) => Object.entries(list)))
}

/** The same rule for several members. */
export function each(rule: Rule, ...names: readonly string[]): Readonly<Record<string, Rule>> {
  return Object.fromEntries(names.map((name) => [name, rule]))
}

const protocolShape: Shape = {
  members: nothing,
  get other() {
    return protocol
  },
}
/** Words and numbers of the protocol, however deep. */
export const protocol: Rule = { string: 'word', shape: protocolShape }

/** JSON Schema: what it describes is text, its own words are not. */
export const schemaShape: Shape = {
  members: members(
    each(text, 'description', 'title', 'const', '$comment', 'pattern'),
    each(free, 'default', 'enum', 'examples', 'example'),
  ),
  isFree: true,
  get other() {
    return schema
  },
}
export const schema: Rule = { string: 'word', shape: schemaShape }
