import type { JsonObject } from '../../core/json.ts'
import type { PathTarget, Warn } from '../format.ts'
import type { NeutralMessage, NeutralRequest } from '../neutral.ts'
import {
  createLossList,
  optionalInteger,
  optionalString,
  pruned,
  refuse,
  requiredName,
} from '../openai-chat/fields.ts'
import { checkCount, readSampling, withoutDefaults } from '../openai-chat/request-reader.ts'
import { writeSampling } from '../openai-chat/request-writer.ts'
import type { Trace } from '../trace.ts'

/**
 * Reads a legacy completions request as a chat with one user message. Several prompts and prompts of
 * token numbers have no chat form. Throws `invalid_request` with the path of the fault.
 */
export function readRequest(body: JsonObject, _target?: PathTarget, trace?: Trace): NeutralRequest {
  const lost = createLossList(trace)
  const part = lost.trace.note({ type: 'text', text: readPrompt(body) } as const, 'prompt')
  const request = pruned<Omit<NeutralRequest, 'inexpressible'>>({
    model: requiredName(body, 'model'),
    messages: [lost.trace.note({ role: 'user', content: [part] } as const, 'prompt')],
    maxOutputTokens: optionalInteger(body, 'max_tokens', 1),
    userId: optionalString(body, 'user'),
    topK: optionalInteger(body, 'top_k', 0),
    ...readSampling(body, lost),
  })
  checkCount(body, lost)
  lost.addUnknown(withoutDefaults(body), knownFields, '')
  return { ...request, inexpressible: lost.paths }
}

/** Writes a chat as one prompt; what a prompt cannot say is reported to `warn`. */
export function writeRequest(request: NeutralRequest, warn: Warn): JsonObject {
  for (const [key, field] of lostFields) {
    if (request[key] !== undefined) warn({ type: 'dropped', field })
  }
  return {
    model: request.model,
    prompt: writePrompt(request.messages, warn),
    max_tokens: request.maxOutputTokens,
    user: request.userId,
    ...writeSampling(request),
  }
}

const knownFields = new Set([
  'model',
  'prompt',
  'max_tokens',
  'user',
  'top_k',
  'n',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'stop',
])

const lostFields = [
  ['tools', 'tools'],
  ['toolChoice', 'tool_choice'],
  ['parallelToolCalls', 'parallel_tool_calls'],
  ['responseShape', 'response_format'],
  ['reasoning', 'reasoning'],
  ['topK', 'top_k'],
] as const satisfies readonly (readonly [keyof NeutralRequest, string])[]

function readPrompt(body: JsonObject): string {
  const prompt = body['prompt']
  const [only, ...others] = Array.isArray(prompt) ? prompt : [prompt]
  return typeof only === 'string' && others.length === 0
    ? only
    : refuse('prompt', 'a string or an array of one string for this model')
}

/** A single user message is the prompt itself; a conversation is written out with its speakers. */
function writePrompt(messages: readonly NeutralMessage[], warn: Warn): string {
  const texts = messages.map((message, index) => {
    const path = `messages[${index}]`
    return { role: message.role, text: textOf(message, path, warn) }
  })
  const [first, ...others] = texts
  if (first !== undefined && first.role === 'user' && others.length === 0) return first.text
  warn({ type: 'changed', field: 'messages', detail: 'sent as one prompt' })
  const turns = texts.map(({ role, text }) => `${speakers[role]}: ${text}`)
  return texts.at(-1)?.role === 'assistant'
    ? turns.join('\n\n')
    : [...turns, 'Assistant:'].join('\n\n')
}

const speakers = { system: 'System', user: 'User', assistant: 'Assistant', tool: 'Tool' } as const

function textOf(message: NeutralMessage, path: string, warn: Warn): string {
  const parts = message.content.flatMap((part, index) => {
    if (part.type === 'text' || part.type === 'refusal') return [part.text]
    if (part.type === 'tool-result')
      return [textOf({ ...message, content: part.content }, path, warn)]
    warn({ type: 'dropped', field: `${path}.content[${index}]` })
    return []
  })
  return parts.join('\n')
}
