import { asArray, asObject, asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { turnsOf } from '../strategies/turns.ts'
import { attachedLength, isAttachment } from './attachments.ts'
import { readSettings } from './request-settings.ts'
import type { RequestSettings } from './request-settings.ts'
import { nothingSeen, scanText } from './scan-text.ts'
import type { TextSeen } from './scan-text.ts'

/**
 * What a request shows of how demanding it is, whatever language it is written in and whichever client
 * format it has. Counts only, no content.
 */
export interface PromptFacts extends RequestSettings {
  /** Estimated tokens of everything but attachments. */
  readonly promptTokens: number
  /** Estimated tokens of the last thing the user said. */
  readonly turnTokens: number
  /** Items of lists in it, and sentences. */
  readonly items: number
  readonly sentences: number
  /** Pieces of 128 characters that look like program text, in the last turns. */
  readonly codePieces: number
  /** Turns in which the user said something. */
  readonly userTurns: number
  readonly toolResults: number
  /** Tool results that tell of errors, refusals, and questions asked again. */
  readonly troubles: number
  readonly attachments: number
}

/** Turns that are looked at, counted from the last one. */
const maxTurns = 64
/** Parts of a turn that are looked at. */
const maxParts = 32
/** Turns before the last one of the user whose text is looked through for code. */
const maxEarlierTexts = 4
/** Pieces of a text that are looked through: of the last one of the user, and of those before. */
const lastTextPieces = 28
const earlierTextPieces = 6
const bytesPerToken = 4

/** Reads the facts from a parsed body. Takes a bounded time, however long the body is. */
export function readPromptFacts(json: JsonObject, bodyBytes: number): PromptFacts {
  const turns = turnsOf(json)
  const walk = new Walk()
  const first = Math.max(0, turns.length - maxTurns)
  for (let index = turns.length - 1; index >= first; index--) walk.turn(turns[index])
  const { last, seen } = walk
  return {
    ...readSettings(json),
    promptTokens: Math.max(0, bodyBytes - walk.attachedBytes) / bytesPerToken,
    turnTokens: last.tokens,
    items: last.items,
    sentences: last.sentences,
    codePieces: last.codePieces + seen.codePieces,
    // Every other turn is the user's.
    userTurns: walk.userTurns + first / 2,
    toolResults: walk.toolResults,
    troubles: walk.troubles,
    attachments: walk.attachments,
  }
}

type Speaker = 'user' | 'assistant' | 'tool' | 'system'

/** One walk through a conversation, from its last turn to its first. */
class Walk {
  /** What is in the last text of the user, and what in those before it. */
  readonly last: TextSeen = nothingSeen()
  readonly seen: TextSeen = nothingSeen()
  userTurns = 0
  toolResults = 0
  troubles = 0
  attachments = 0
  attachedBytes = 0
  #earlierTexts = 0
  #lastText: string | undefined
  #isRepeated = false
  /** Whether the user said something in the turn that is being read. */
  #hasText = false

  turn(turn: JsonValue | undefined): void {
    this.#hasText = false
    if (typeof turn === 'string') this.#text(turn, 'user')
    else {
      const item = asObject(turn)
      if (item !== undefined) this.#item(item)
    }
    if (this.#hasText) this.userTurns += 1
  }

  #item(item: JsonObject): void {
    const speaker = speakerOf(item)
    if (speaker === 'system') return
    if (speaker === 'tool') this.#toolResult(item)
    else {
      // OpenAI tells a refusal beside the content.
      if (speaker === 'assistant' && asString(item['refusal'])) this.troubles += 1
      this.#content(item['content'] ?? item['parts'], speaker)
    }
    const images = item['images']
    if (images !== undefined) for (const image of asArray(images)) this.#attachment(image)
  }

  #content(content: JsonValue | undefined, speaker: Speaker): void {
    if (typeof content === 'string') return this.#text(content, speaker)
    const parts = asArray(content)
    const first = Math.max(0, parts.length - maxParts)
    for (let index = parts.length - 1; index >= first; index--) {
      const part = parts[index]
      if (typeof part === 'string') this.#text(part, speaker)
      else if (typeof part === 'object' && part !== null && !Array.isArray(part)) {
        this.#part(part, speaker)
      }
    }
  }

  #part(part: JsonObject, speaker: Speaker): void {
    const text = part['text']
    if (typeof text === 'string') {
      // Gemini marks thoughts in this way.
      if (part['thought'] !== true) this.#text(text, speaker)
      return
    }
    const type = part['type']
    if (type === 'refusal') {
      this.troubles += 1
      return
    }
    const result =
      type === 'tool_result'
        ? part
        : asObject(part['toolResult'] ?? part['functionResponse'] ?? part['function_response'])
    if (result !== undefined) this.#toolResult(result)
    else if (isAttachment(part)) this.#attachment(part)
  }

  #toolResult(result: JsonObject): void {
    this.toolResults += 1
    if (isFailed(result)) this.troubles += 1
    for (const part of asArray(result['content']).slice(-maxParts)) {
      const object = asObject(part)
      if (object !== undefined && isAttachment(object)) this.#attachment(object)
    }
  }

  #attachment(attachment: JsonValue): void {
    this.attachments += 1
    this.attachedBytes += attachedLength(attachment)
  }

  #text(text: string, speaker: Speaker): void {
    if (text === '') return
    if (speaker === 'user') this.#hasText = true
    // What the user said last may be made of several parts.
    if (speaker === 'user' && this.userTurns === 0) {
      this.#lastText ??= text
      return scanText(text, lastTextPieces, this.last)
    }
    if (speaker === 'user' && text === this.#lastText && !this.#isRepeated) {
      this.#isRepeated = true
      this.troubles += 1
    }
    if (this.#earlierTexts >= maxEarlierTexts) return
    this.#earlierTexts += 1
    scanText(text, earlierTextPieces, this.seen)
  }
}

function speakerOf(item: JsonObject): Speaker {
  const role = item['role']
  if (role === 'user') return 'user'
  if (role === 'assistant' || role === 'model') return 'assistant'
  if (role === 'tool' || role === 'function') return 'tool'
  if (role === 'system' || role === 'developer') return 'system'
  const type = asString(item['type']) ?? ''
  // Items of OpenAI's Responses have types instead of roles.
  if (type.endsWith('_output')) return 'tool'
  return type === '' || type === 'message' ? 'user' : 'system'
}

/** Tells whether a tool says that it failed, by the members that formats have for it. */
function isFailed(result: JsonObject): boolean {
  const status = result['status']
  if (result['is_error'] === true || status === 'error' || status === 'incomplete') return true
  if (asObject(result['response'])?.['error'] !== undefined) return true
  const said = result['content'] ?? result['output']
  return typeof said === 'string' && errorObject.test(said.slice(0, 64))
}

/** A JSON object that begins with its error: how tools without a flag for it tell of one. */
const errorObject = /^\s*\{\s*"error"\s*:(?!\s*(?:null|false|""|\{\s*\}|\[\s*\]))/
