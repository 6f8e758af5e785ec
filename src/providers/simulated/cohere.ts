import { asArray, asNumber, asObject, asString, isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { streamReply } from './call.ts'
import type { SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { planAnswer } from './plan.ts'
import type { OfferedTool, Plan, Wish } from './plan.ts'
import { jsonReply } from './reply.ts'
import type { Frame, Reply } from './reply.ts'
import { estimateTokens, textOf, tokenPieces } from './text.ts'

/** Answers Cohere's `POST /v2/chat`; refuses what the real one refuses. */
export function answerCohereChat(call: SimulatedCall): Reply {
  const { body, behaviour } = call
  checkFields(body)
  const plan = planAnswer(readWish(body), call)
  if (body['stream'] === true) return streamReply(call, chatFrames(plan, call))
  const hasFailed = behaviour.errorEvent !== undefined
  const answer = {
    id: `sim-${call.id}`,
    finish_reason: hasFailed ? 'ERROR' : finishOf(plan),
    message: hasFailed ? { role: 'assistant', content: [] } : messageOf(plan),
    ...usageOf(plan, call),
  }
  return jsonReply(answer, { tokens: plan.outputTokens })
}

// https://docs.cohere.com/reference/chat
const knownFields = new Set([
  'model',
  'messages',
  'tools',
  'strict_tools',
  'documents',
  'citation_options',
  'stream',
  'response_format',
  'safety_mode',
  'max_tokens',
  'stop_sequences',
  'temperature',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'k',
  'p',
  'logprobs',
  'tool_choice',
  'thinking',
  'priority',
])
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  temperature: [0, 1],
  p: [0.01, 0.99],
  k: [0, 500],
  frequency_penalty: [0, 1],
  presence_penalty: [0, 1],
  seed: [0, Number.MAX_SAFE_INTEGER],
  max_tokens: [1, Number.MAX_SAFE_INTEGER],
}

function checkFields(body: JsonObject): void {
  const unknown = Object.keys(body).find((key) => !knownFields.has(key))
  if (unknown !== undefined) throw invalid(`unknown field: parameter '${unknown}'`)
  for (const [field, [least, most]] of Object.entries(ranges)) {
    const value = body[field]
    if (value === undefined) continue
    if (typeof value !== 'number' || value < least || value > most) {
      throw invalid(`${field} must be between ${least} and ${most} inclusive.`)
    }
  }
  if (asArray(body['stop_sequences']).length > 5) throw invalid('too many stop sequences.')
  const hasTools = asArray(body['tools']).length > 0
  const hasDocuments = asArray(body['documents']).length > 0
  const format = asString(asObject(body['response_format'])?.['type'])
  if (format === 'json_object' && hasDocuments) {
    throw invalid('response_format is not supported with RAG.')
  }
  if (format === 'json_object' && hasTools) {
    throw invalid('response_format is not supported with tools.')
  }
  if (hasTools && hasDocuments) throw invalid('cannot specify both documents and tools.')
  const choice = body['tool_choice']
  if (choice !== undefined && ((choice !== 'REQUIRED' && choice !== 'NONE') || !hasTools)) {
    throw invalid('tool_choice must be REQUIRED or NONE and needs tools.')
  }
}

function readWish(body: JsonObject): Wish {
  const messages = asArray(body['messages'])
  if (messages.length === 0) throw invalid('messages must not be empty.')
  const calls = new Set<string>()
  const texts = messages.map((message) => readMessage(message, calls))
  const documents = asArray(body['documents']).map((each) => JSON.stringify(each))
  const tools = asArray(body['tools']).map(readTool)
  const lastUser = messages.findLast((message) => asObject(message)?.['role'] === 'user')
  const format = asObject(body['response_format'])
  const thinking = asObject(body['thinking'])
  return {
    prompt:
      [...documents, ...texts].join('\n') + (tools.length > 0 ? JSON.stringify(body['tools']) : ''),
    lastUserText: textOf(asObject(lastUser)?.['content']),
    endsWithToolResult: asObject(messages.at(-1))?.['role'] === 'tool',
    tools,
    toolChoice: toolChoiceOf(body['tool_choice']),
    parallelTools: true,
    maxTokens: asNumber(body['max_tokens']),
    reasoning: thinking?.['type'] === 'enabled',
    schema: format?.['json_schema'],
    jsonObject: format?.['type'] === 'json_object',
  }
}

function toolChoiceOf(choice: JsonValue | undefined): 'auto' | 'none' | 'required' {
  if (choice === 'REQUIRED') return 'required'
  return choice === 'NONE' ? 'none' : 'auto'
}

const contentTypes: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  user: ['text', 'image_url'],
  assistant: ['text', 'thinking'],
  tool: ['text', 'document'],
}

function readMessage(value: JsonValue, calls: Set<string>): string {
  const message = asObject(value)
  const role = asString(message?.['role']) ?? ''
  const types = Object.hasOwn(contentTypes, role) ? contentTypes[role] : undefined
  if (message === undefined || types === undefined) throw invalid(`unknown role '${role}'.`)
  const { content } = message
  for (const part of asArray(content)) {
    const type = asString(asObject(part)?.['type']) ?? ''
    if (!types.includes(type)) throw invalid(`content type '${type}' in a turn of ${role}.`)
    if (type === 'text' && textOf(part) === '') throw invalid('message must not be empty in a turn')
  }
  const toolCalls = asArray(message['tool_calls'])
  for (const call of toolCalls) calls.add(readCallId(call))
  const isEmpty = content === undefined || content === '' || asArray(content).length === 0
  if (isEmpty && typeof content !== 'string' && toolCalls.length === 0) {
    throw invalid('message must not be empty in a turn')
  }
  if (role === 'user' && isEmpty && content === '') {
    throw invalid('message must not be empty in a turn')
  }
  if (role === 'tool' && !calls.has(asString(message['tool_call_id']) ?? '')) {
    throw invalid('tool_call_id does not match a tool call.')
  }
  const plan = asString(message['tool_plan']) ?? ''
  return plan + textOf(content) + (toolCalls.length > 0 ? JSON.stringify(toolCalls) : '')
}

function readCallId(value: JsonValue): string {
  const call = asObject(value)
  const called = asObject(call?.['function'])
  const id = asString(call?.['id'])
  if (!id || !asString(called?.['name']) || typeof called?.['arguments'] !== 'string') {
    throw invalid('a tool call needs an id, a name and arguments.')
  }
  return id
}

function readTool(value: JsonValue): OfferedTool {
  const declared = asObject(asObject(value)?.['function'])
  const name = asString(declared?.['name'])
  if (!name || !isObject(declared?.['parameters'])) {
    throw invalid('a tool needs a name and parameters.')
  }
  return { name, parameters: declared['parameters'] }
}

function messageOf(plan: Plan): JsonObject {
  const thinking = plan.reasoning === '' ? [] : [{ type: 'thinking', thinking: plan.reasoning }]
  if (plan.toolCalls.length === 0) {
    return { role: 'assistant', content: [...thinking, { type: 'text', text: plan.text }] }
  }
  return {
    role: 'assistant',
    ...(thinking.length > 0 ? { content: thinking } : {}),
    tool_plan: toolPlan,
    tool_calls: plan.toolCalls.map((planned) => ({
      id: planned.id,
      type: 'function',
      function: { name: planned.name, arguments: JSON.stringify(planned.arguments) },
    })),
  }
}

const toolPlan = 'I will use a tool (simulated).'

function* chatFrames(plan: Plan, call: SimulatedCall): Generator<Frame> {
  const empty = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
  yield frame('message-start', { id: `sim-${call.id}`, delta: { message: empty } })
  let index = 0
  if (plan.reasoning !== '') {
    yield* contentFrames(index++, 'thinking', tokenPieces(plan.reasoning))
  }
  if (plan.toolCalls.length === 0) yield* contentFrames(index, 'text', plan.pieces())
  else yield* toolFrames(plan)
  const usage = usageOf(plan, call)
  yield frame('message-end', { delta: { finish_reason: finishOf(plan), ...usage } })
}

function* contentFrames(
  index: number,
  type: 'text' | 'thinking',
  pieces: Iterable<string>,
): Generator<Frame> {
  const content = (value: JsonObject): JsonObject => ({
    index,
    delta: { message: { content: value } },
  })
  yield frame('content-start', content({ type, [type]: '' }))
  for (const piece of pieces) {
    yield frame('content-delta', content({ [type]: piece }), estimateTokens(piece))
  }
  yield frame('content-end', { index })
}

function* toolFrames(plan: Plan): Generator<Frame> {
  for (const piece of tokenPieces(toolPlan)) {
    yield frame('tool-plan-delta', { delta: { message: { tool_plan: piece } } })
  }
  for (const [index, planned] of plan.toolCalls.entries()) {
    const calls = (value: JsonObject): JsonObject => ({
      index,
      delta: { message: { tool_calls: value } },
    })
    const named = { name: planned.name, arguments: '' }
    yield frame('tool-call-start', calls({ id: planned.id, type: 'function', function: named }))
    for (const piece of tokenPieces(JSON.stringify(planned.arguments))) {
      yield frame('tool-call-delta', calls({ function: { arguments: piece } }), 1)
    }
    yield frame('tool-call-end', { index })
  }
}

/** The preamble that Cohere adds to every prompt is counted, but not billed. */
const preambleTokens = 66

function usageOf(plan: Plan, { behaviour }: SimulatedCall): JsonObject {
  if (behaviour.noUsage === true) return {}
  const { inputTokens: input_tokens, outputTokens: output_tokens } = plan
  return {
    usage: {
      billed_units: { input_tokens, output_tokens },
      tokens: { input_tokens: input_tokens + preambleTokens, output_tokens },
      cached_tokens: plan.cachedTokens,
    },
  }
}

function finishOf(plan: Plan): string {
  return { stop: 'COMPLETE', length: 'MAX_TOKENS', tool_calls: 'TOOL_CALL' }[plan.finish]
}

function frame(type: string, data: JsonObject, tokens = 0): Frame {
  return { text: `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`, tokens }
}

function invalid(what: string): ProviderRefusal {
  return new ProviderRefusal(400, `invalid request: ${what}`)
}
