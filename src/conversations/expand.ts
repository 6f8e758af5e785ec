import type { CallBody, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { asArray, asObject, parseJson } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { outlineJson, setMembers } from '../formats/index.ts'
import type { Turn } from './turn-store.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** What a question leaves to the gateway to fill in. */
export interface Gaps {
  /** The turn that `previous_response_id` names. */
  readonly turn: Turn | undefined
  /** JSON of the items that references stand for, by their place in the input. */
  readonly references: ReadonlyMap<number, string>
}

/**
 * Returns a question with the conversation it goes on from written out in its input, so that a provider
 * needs to remember nothing. Everything else of its text stays. Throws `request_too_large`.
 */
export function expandQuestion(question: Question, gaps: Gaps, maxBytes: number): Question {
  const { text, json } = question.body
  if (text === undefined || json === undefined) return question
  const items = [
    ...(gaps.turn === undefined ? [] : [conversationText(gaps.turn)]),
    newItems(text, json, gaps),
  ].filter((part) => part.trim() !== '')
  const body = withInput(text, `[${items.join(',')}]`, gaps.turn !== undefined)
  if (body.bytes.byteLength > maxBytes) {
    throw conversationTooLarge(maxBytes, 'previous_response_id')
  }
  return { ...question, body: { ...question.body, ...body }, asked: json }
}

/** Makes the error for a question that what it names makes too large. */
export function conversationTooLarge(maxBytes: number, param: string): GatewayError {
  return new GatewayError(
    'request_too_large',
    `The conversation is larger than the ${maxBytes} bytes this gateway goes on with.`,
    { param },
  )
}

/** The items of a conversation up to and with a turn, as JSON joined by commas. */
export function conversationText(last: Turn): string {
  const pieces: string[] = []
  for (let turn: Turn | undefined = last; turn !== undefined; turn = turn.parent) {
    pieces.push(outputText(turn), decoder.decode(turn.input))
  }
  return pieces
    .toReversed()
    .filter((piece) => piece.trim() !== '')
    .join(',')
}

/** The output items of a turn, as JSON joined by commas. */
function outputText({ response }: Turn): string {
  const text = decoder.decode(response)
  const span = outlineJson(text, Infinity).members.get('output')
  return span === undefined ? '' : inside(text.slice(span.start, span.end))
}

/** The input as a list of items. */
export function inputItems(json: JsonObject | undefined): readonly JsonValue[] {
  const input = json?.['input']
  return typeof input === 'string' ? [messageOf(input)] : asArray(input)
}

function messageOf(content: string): JsonObject {
  return { type: 'message', role: 'user', content }
}

function newItems(text: string, json: JsonObject, { references }: Gaps): string {
  const { input } = json
  if (typeof input === 'string') return JSON.stringify(messageOf(input))
  if (references.size > 0) {
    const items = asArray(input).map((item, index) => references.get(index) ?? JSON.stringify(item))
    return items.join(',')
  }
  const span = Array.isArray(input) ? outlineJson(text, Infinity).members.get('input') : undefined
  return span === undefined ? '' : inside(text.slice(span.start, span.end))
}

/** What stands between the brackets of an array. */
function inside(array: string): string {
  return array.slice(array.indexOf('[') + 1, array.lastIndexOf(']'))
}

function withInput(
  text: string,
  input: string,
  isComplete: boolean,
): Pick<CallBody, 'bytes' | 'text' | 'json'> {
  const outline = outlineJson(text, Infinity)
  const changed = setMembers(text, outline, {
    ...(isComplete ? { previous_response_id: undefined } : {}),
    ...(outline.members.has('input') ? {} : { input: [] }),
  })
  const span = outlineJson(changed, Infinity).members.get('input')
  const expanded =
    span === undefined ? changed : changed.slice(0, span.start) + input + changed.slice(span.end)
  return {
    bytes: encoder.encode(expanded),
    text: expanded,
    json: asObject(parseJson(expanded)),
  }
}
