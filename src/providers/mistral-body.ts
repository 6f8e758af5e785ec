import { createHash } from 'node:crypto'
import { asArray, asObject, asString, isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Warn } from '../formats/index.ts'
import type { EndpointRequest } from './provider.ts'
import { movedMember, withoutThoughts } from './service-bodies.ts'
import type { Members } from './service-bodies.ts'

/**
 * What Mistral wants otherwise than OpenAI, whose other members it refuses with 422: a seed and lengths of
 * vectors by other names, `any` for a demanded call, system messages only, documents by their address, no
 * marks for a cache, ids of calls of nine letters or digits. https://docs.mistral.ai/api
 */
export function mistralMembers(request: EndpointRequest, body: JsonObject, warn: Warn): Members {
  if (request.operation === 'embeddings') {
    return {
      ...movedMember(body, 'dimensions', 'output_dimension'),
      ...withoutRefused(body, refusedInEmbeddings, warn),
    }
  }
  if (request.format !== 'openai-chat') return {}
  const spoken = withoutThoughts(request, body, warn)['messages'] ?? body['messages']
  const written = writeMessages(spoken, warn) ?? spoken
  const messages = bridged(asArray(written), warn) ?? written
  return {
    ...movedMember(body, 'seed', 'random_seed'),
    ...movedMember(body, 'max_completion_tokens', 'max_tokens'),
    ...(body['tool_choice'] === 'required' ? { tool_choice: 'any' } : {}),
    ...(messages === body['messages'] ? {} : { messages }),
    // Usage comes in every stream without being asked for.
    ...('stream_options' in body ? { stream_options: undefined } : {}),
    ...withoutRefused(body, refusedInChat, warn),
  }
}

const refusedInEmbeddings = ['user', 'input_type'] as const
const refusedInChat = [
  'user',
  'safety_identifier',
  'store',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'modalities',
  'verbosity',
  'web_search_options',
  'functions',
  'function_call',
  'top_k',
] as const

/** Removes members that are refused; those that ask for something are reported. */
function withoutRefused(body: JsonObject, refused: readonly string[], warn: Warn): Members {
  const removed: Record<string, undefined> = {}
  for (const field of refused) {
    const value = body[field]
    if (value === undefined) continue
    removed[field] = undefined
    if (!isEmpty(value)) warn({ type: 'dropped', field })
  }
  return removed
}

/** Returns the messages as Mistral takes them; `undefined` when they are so already. */
function writeMessages(value: JsonValue | undefined, warn: Warn): JsonObject[] | undefined {
  let hasChanged = false
  const messages = asArray(value).map((element, index): JsonObject => {
    const message = asObject(element) ?? {}
    const changes = {
      ...messageChanges(message),
      ...contentChanges(message, `messages[${index}].content`, warn),
    }
    if (Object.keys(changes).length === 0) return message
    hasChanged = true
    return pruned({ ...message, ...changes })
  })
  return hasChanged ? messages : undefined
}

/**
 * Puts an answer between results of tools and what the user says next: Mistral refuses the one right behind
 * the other. `undefined` where there is no such place.
 */
function bridged(messages: readonly JsonValue[], warn: Warn): JsonValue[] | undefined {
  const roles = messages.map((message) => asObject(message)?.['role'])
  const isBridge = (index: number): boolean =>
    roles[index] === 'user' && roles[index - 1] === 'tool'
  if (!messages.some((_, index) => isBridge(index))) return undefined
  const detail = 'an answer was put between results and what follows them'
  warn({ type: 'changed', field: 'messages', detail })
  return messages.flatMap((message, index) =>
    isBridge(index) ? [{ role: 'assistant', content: 'OK.' }, message] : [message],
  )
}

function messageChanges(message: JsonObject): JsonObject {
  const { role } = message
  if (role === 'developer') return { role: 'system' }
  if (role === 'assistant') return assistantChanges(message)
  const id = role === 'tool' ? asString(message['tool_call_id']) : undefined
  return id === undefined || isMistralId(id) ? {} : { tool_call_id: mistralIdOf(id) }
}

/** Documents are given as addresses, `data:` among them, and marks for a prompt cache are not known. */
function contentChanges(message: JsonObject, path: string, warn: Warn): JsonObject {
  const { content } = message
  if (!Array.isArray(content)) return {}
  let hasChanged = false
  const parts = content.map((element, index) => {
    if (!isObject(element)) return element
    const file = element['type'] === 'file' ? asObject(element['file']) : undefined
    const data = asString(file?.['file_data'])
    if (element['cache_control'] === undefined && data === undefined) return element
    hasChanged = true
    if (element['cache_control'] !== undefined) {
      warn({ type: 'dropped', field: `${path}[${index}].cache_control` })
    }
    if (data === undefined) return pruned({ ...element, cache_control: undefined })
    const document_name = asString(file?.['filename'])
    return pruned({ type: 'document_url', document_url: data, document_name })
  })
  return hasChanged ? { content: parts } : {}
}

/** Members of answers that clients send back although there is nothing in them; Mistral knows none. */
const echoes = ['refusal', 'annotations', 'audio', 'function_call'] as const

function assistantChanges(message: JsonObject): JsonObject {
  const changes: JsonObject = {}
  for (const field of echoes) {
    const value = message[field]
    if (value !== undefined && isEmpty(value)) changes[field] = undefined
  }
  const calls = asArray(message['tool_calls']).map((call) => asObject(call) ?? {})
  const hasOtherIds = calls.some((call) => !isMistralId(asString(call['id']) ?? ''))
  if (!hasOtherIds) return changes
  const renamed = calls.map((call) => ({ ...call, id: mistralIdOf(asString(call['id']) ?? '') }))
  return { ...changes, tool_calls: renamed }
}

function isMistralId(id: string): boolean {
  return /^[a-zA-Z0-9]{9}$/.test(id)
}

/**
 * Returns a call's id as Mistral takes it. An id that fits stays, any other becomes a hash of itself, so
 * that calls and results still meet.
 */
export function mistralIdOf(id: string): string {
  if (isMistralId(id)) return id
  const digest = createHash('sha256').update(id).digest()
  return Array.from(digest.subarray(0, 9), (byte) => alphabet.charAt(byte % alphabet.length)).join(
    '',
  )
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function pruned(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

/** Values that ask for nothing. */
function isEmpty(value: JsonValue): boolean {
  return (
    value === null ||
    value === false ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  )
}
