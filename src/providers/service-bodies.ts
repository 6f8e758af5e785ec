import { asArray, asObject, isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { takesReasoningBack } from '../formats/index.ts'
import type { Warn } from '../formats/index.ts'
import type { EndpointRequest } from './provider.ts'

/** Members of a body that are to be replaced; `undefined` for those to be removed. */
export type Members = Readonly<Record<string, JsonValue | undefined>>

/** Moves a member to another name, unless that is taken. */
export function movedMember(body: JsonObject, from: string, to: string): Members {
  const value = body[from]
  if (value === undefined) return {}
  return { [from]: undefined, ...(body[to] === undefined ? { [to]: value } : {}) }
}

/**
 * Removes what would let OpenRouter answer with another model than the one that was permitted, priced and
 * recorded: a list of further models, and settings that are kept there under a name and hold models. Going on
 * to other models is for the gateway's own fallbacks. https://openrouter.ai/docs/features/model-routing
 */
export function withoutOtherModels(_: EndpointRequest, body: JsonObject, warn: Warn): Members {
  const members: Record<string, undefined> = {}
  for (const field of ['models', 'route', 'preset'] as const) {
    if (body[field] === undefined) continue
    members[field] = undefined
    warn({ type: 'dropped', field })
  }
  return members
}

/** What servers want that know `max_tokens` only. */
export function plainLimit(request: EndpointRequest, body: JsonObject): Members {
  if (request.format !== 'openai-chat') return {}
  return movedMember(body, 'max_completion_tokens', 'max_tokens')
}

/** What servers want that know neither `max_completion_tokens` nor the role `developer`. */
export function plainChat(request: EndpointRequest, body: JsonObject): Members {
  if (request.format !== 'openai-chat') return {}
  return { ...plainLimit(request, body), ...plainRoles(body) }
}

/**
 * Removes from the turns of the assistant what other models thought: clients send it back as they got it,
 * and OpenAI refuses members it does not know.
 */
export function withoutThoughts(request: EndpointRequest, body: JsonObject, warn: Warn): Members {
  if (request.format !== 'openai-chat' || takesReasoningBack(request.model)) return {}
  const messages = asArray(body['messages'])
  if (!messages.some((each) => thoughtsIn(each).length > 0)) return {}
  return {
    messages: messages.map((each, index) => {
      const fields = thoughtsIn(each)
      if (!isObject(each) || fields.length === 0) return each
      for (const field of fields) {
        const isSaid = each[field] !== null && each[field] !== ''
        if (isSaid) warn({ type: 'dropped', field: `messages[${index}].${field}` })
      }
      const kept = Object.entries(each).filter(([key]) => !fields.includes(key))
      return Object.fromEntries(kept)
    }),
  }
}

const thoughtFields = ['reasoning_content', 'reasoning', 'reasoning_details']

function thoughtsIn(message: JsonValue): string[] {
  if (!isObject(message) || message['role'] !== 'assistant') return []
  return thoughtFields.filter((field) => message[field] !== undefined)
}

function plainRoles(body: JsonObject): Members {
  const messages = asArray(body['messages'])
  const isDeveloper = (message: JsonValue): boolean => asObject(message)?.['role'] === 'developer'
  if (!messages.some(isDeveloper)) return {}
  return {
    messages: messages.map((message) =>
      isDeveloper(message) ? { ...asObject(message), role: 'system' } : message,
    ),
  }
}
