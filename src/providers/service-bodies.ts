import { asArray, asObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { EndpointRequest } from './provider.ts'

/** Members of a body that are to be replaced; `undefined` for those to be removed. */
export type Members = Readonly<Record<string, JsonValue | undefined>>

/** Moves a member to another name, unless that is taken. */
export function movedMember(body: JsonObject, from: string, to: string): Members {
  const value = body[from]
  if (value === undefined) return {}
  return { [from]: undefined, ...(body[to] === undefined ? { [to]: value } : {}) }
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
