import { newReport } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { asArray, asObject, asString, isObject, parseJson } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { conversationText } from './expand.ts'
import type { Turn } from './turn-store.ts'

/** Answers calls about a response that the gateway keeps: reading, deleting, cancelling, its input. */
export function answerAboutTurn(
  { call }: Pick<Question, 'call'>,
  turn: Turn,
  forget: () => void,
): Answer {
  const url = new URL(call.path, 'http://gateway')
  if (call.method === 'DELETE') {
    forget()
    return answerWith(JSON.stringify({ id: turn.id, object: 'response', deleted: true }))
  }
  if (call.method === 'POST') {
    throw new GatewayError(
      'invalid_request',
      'Only responses made in the background can be cancelled.',
    )
  }
  if (url.pathname.endsWith('/input_items')) {
    return answerWith(JSON.stringify(listInput(turn, url.searchParams)))
  }
  if (url.searchParams.get('stream') === 'true') {
    throw new GatewayError(
      'invalid_request',
      'Only responses made in the background can be streamed again.',
      { param: 'stream' },
    )
  }
  return answerWith(turn.response)
}

function answerWith(body: Answer['body']): Answer {
  const headers = { 'content-type': 'application/json' }
  return { status: 200, headers, body, cache: 'bypass', warnings: [], report: newReport() }
}

const defaultPageLength = 20
const maxPageLength = 100

/** One page of everything that led to a response, the newest first unless asked otherwise. */
function listInput(turn: Turn, query: URLSearchParams): JsonObject {
  const before = turn.parent === undefined ? '' : conversationText(turn.parent)
  const own = new TextDecoder().decode(turn.input)
  const items = parseJson(`[${[before, own].filter((text) => text.trim() !== '').join(',')}]`)
  const named = (Array.isArray(items) ? items : []).map((item, index) => withId(item, turn, index))
  const ordered = query.get('order') === 'asc' ? named : named.toReversed()
  const after = query.get('after')
  const from = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1
  if (after !== null && from === 0) {
    throw new GatewayError('invalid_request', 'after must be the id of an item of this response.', {
      param: 'after',
    })
  }
  const data = ordered.slice(from, from + pageLength(query.get('limit')))
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: from + data.length < ordered.length,
  }
}

function pageLength(limit: string | null): number {
  if (limit === null) return defaultPageLength
  const length = Number(limit)
  if (Number.isInteger(length) && length >= 1 && length <= maxPageLength) return length
  throw new GatewayError(
    'invalid_request',
    `limit must be a whole number from 1 to ${maxPageLength}.`,
    {
      param: 'limit',
    },
  )
}

/** Input items need no id, listed ones have one: that of their place. */
function withId(item: JsonValue, turn: Turn, index: number): JsonObject & { readonly id: string } {
  const object = asObject(item) ?? {}
  const type = asString(object['type']) ?? 'message'
  const prefix = type === 'message' ? 'msg' : type === 'reasoning' ? 'rs' : 'fc'
  const { content } = object
  const parts =
    typeof content === 'string'
      ? {
          content: [
            { type: object['role'] === 'assistant' ? 'output_text' : 'input_text', text: content },
          ],
        }
      : {}
  const id = asString(object['id']) ?? `${prefix}_${turn.id.slice('resp_'.length)}_in_${index}`
  return { ...object, ...parts, type, id }
}

/** Returns the output items of a response as JSON, by their ids. */
export function itemTexts(turn: Turn): ReadonlyMap<string, string> {
  const response = parseJson(new TextDecoder().decode(turn.response))
  const texts = new Map<string, string>()
  for (const item of asArray(isObject(response) ? response['output'] : undefined)) {
    const id = asString(asObject(item)?.['id'])
    if (id !== undefined && !texts.has(id)) texts.set(id, JSON.stringify(item))
  }
  return texts
}
