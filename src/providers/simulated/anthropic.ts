import { asArray, asNumber, asObject, asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { errorUnderOk, streamReply } from './call.ts'
import type { SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { planAnswer } from './plan.ts'
import type { OfferedTool, Plan, Wish } from './plan.ts'
import { jsonReply } from './reply.ts'
import type { Frame, Reply } from './reply.ts'
import { estimateTokens, hashText, textOf, tokenPieces } from './text.ts'

/** Prompt prefixes that were marked with `cache_control` before; the provider's prompt cache. */
export type PromptCache = Set<string>

const maxCachedPrefixes = 1_024

/** Answers `POST /v1/messages`. */
export function answerMessages(call: SimulatedCall, promptCache: PromptCache): Reply {
  const { body, behaviour } = call
  if (asNumber(body['max_tokens']) === undefined) {
    throw new ProviderRefusal(400, 'max_tokens: Field required', { param: 'max_tokens' })
  }
  const plan = planAnswer(readWish(body), call)
  const usage = inputUsage(body, plan, promptCache)
  if (body['stream'] === true) return streamReply(call, messageFrames(plan, call, usage))
  if (behaviour.errorEvent !== undefined) return errorUnderOk(call)
  const answer = {
    ...messageHead(call),
    content: blocksOf(plan),
    stop_reason: stopReason(plan),
    ...(behaviour.noUsage === true
      ? {}
      : { usage: { ...usage, output_tokens: plan.outputTokens } }),
  }
  return jsonReply(answer, { tokens: plan.outputTokens })
}

/** Answers `POST /v1/messages/count_tokens`. */
export function answerCountTokens(call: SimulatedCall): Reply {
  return jsonReply({ input_tokens: estimateTokens(readWish(call.body).prompt) })
}

function messageHead(call: SimulatedCall): JsonObject {
  return {
    id: `msg_sim_${call.id}`,
    type: 'message',
    role: 'assistant',
    model: call.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  }
}

function blocksOf(plan: Plan): JsonObject[] {
  const thinking = { type: 'thinking', thinking: plan.reasoning, signature: signatureOf(plan) }
  const text = { type: 'text', text: plan.text }
  const tools = plan.toolCalls.map((planned) => ({
    type: 'tool_use',
    id: planned.id,
    name: planned.name,
    input: planned.arguments,
  }))
  return [...(plan.reasoning === '' ? [] : [thinking]), ...(tools.length > 0 ? tools : [text])]
}

function* messageFrames(plan: Plan, call: SimulatedCall, usage: JsonObject): Generator<Frame> {
  const counts = call.behaviour.noUsage !== true
  const message = {
    ...messageHead(call),
    ...(counts ? { usage: { ...usage, output_tokens: 1 } } : {}),
  }
  yield frame('message_start', { message })
  yield frame('ping', {})
  for (const [index, block] of blocksOf(plan).entries()) yield* blockFrames(block, index, plan)
  yield frame('message_delta', {
    delta: { stop_reason: stopReason(plan), stop_sequence: null },
    ...(counts ? { usage: { ...usage, output_tokens: plan.outputTokens } } : {}),
  })
  yield frame('message_stop', {})
}

function* blockFrames(block: JsonObject, index: number, plan: Plan): Generator<Frame> {
  const start = (content_block: JsonObject) =>
    frame('content_block_start', { index, content_block })
  const delta = (change: JsonObject, tokens = 1) =>
    frame('content_block_delta', { index, delta: change }, tokens)
  if (block['type'] === 'thinking') {
    yield start({ type: 'thinking', thinking: '', signature: '' })
    for (const piece of tokenPieces(plan.reasoning)) {
      yield delta({ type: 'thinking_delta', thinking: piece })
    }
    yield delta({ type: 'signature_delta', signature: signatureOf(plan) }, 0)
  } else if (block['type'] === 'tool_use') {
    yield start({ ...block, input: {} })
    yield delta({ type: 'input_json_delta', partial_json: '' }, 0)
    for (const piece of tokenPieces(JSON.stringify(block['input']))) {
      yield delta({ type: 'input_json_delta', partial_json: piece })
    }
  } else {
    yield start({ type: 'text', text: '' })
    for (const piece of plan.pieces()) {
      yield delta({ type: 'text_delta', text: piece }, estimateTokens(piece))
    }
  }
  yield frame('content_block_stop', { index })
}

/** Splits the input tokens into fresh, cache-read and cache-written ones: they never overlap here. */
function inputUsage(body: JsonObject, plan: Plan, promptCache: PromptCache): JsonObject {
  const marked = markedPrefix(body)
  let read = plan.cachedTokens
  let written = 0
  if (marked !== undefined) {
    const tokens = Math.min(estimateTokens(marked), plan.inputTokens - read)
    const key = hashText(marked)
    if (promptCache.has(key)) read += tokens
    else written = tokens
    if (promptCache.size >= maxCachedPrefixes) promptCache.clear()
    promptCache.add(key)
  }
  return {
    input_tokens: plan.inputTokens - read - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    cache_creation: { ephemeral_5m_input_tokens: written, ephemeral_1h_input_tokens: 0 },
    service_tier: 'standard',
  }
}

/** The prompt up to and with the last part that carries `cache_control`. */
function markedPrefix(body: JsonObject): string | undefined {
  const parts = [body['system'], ...asArray(body['messages']).map((m) => asObject(m)?.['content'])]
    .flatMap((content) => (Array.isArray(content) ? content : [content]))
    .map((part) => ({ text: textOf(part), isMarked: asObject(asObject(part)?.['cache_control']) }))
  const last = parts.findLastIndex((part) => part.isMarked !== undefined)
  return last < 0
    ? undefined
    : parts
        .slice(0, last + 1)
        .map((part) => part.text)
        .join('\n')
}

function readWish(body: JsonObject): Wish {
  const messages = asArray(body['messages']).map(asObject)
  if (messages.length === 0) throw new ProviderRefusal(400, 'messages: Field required')
  const invalid = messages.findIndex(
    (m) => !['user', 'assistant', 'system'].includes(asString(m?.['role']) ?? ''),
  )
  if (invalid >= 0)
    throw new ProviderRefusal(
      400,
      `messages.${invalid}.role: Input should be 'user' or 'assistant'`,
    )
  const tools = asArray(body['tools']).flatMap(readTool)
  const lastBlocks = asArray(messages.at(-1)?.['content'])
  const choice = asObject(body['tool_choice'])
  const lastUser = messages.findLast((message) => message?.['role'] === 'user')
  const format =
    asObject(asObject(body['output_config'])?.['format']) ?? asObject(body['output_format'])
  const texts = [body['system'], ...messages.map((message) => message?.['content'])].map(promptText)
  return {
    prompt: texts.join('\n') + (tools.length > 0 ? JSON.stringify(body['tools']) : ''),
    lastUserText: textOf(lastUser?.['content']),
    endsWithToolResult: lastBlocks.some((block) => asObject(block)?.['type'] === 'tool_result'),
    tools,
    toolChoice: readToolChoice(choice),
    parallelTools: choice?.['disable_parallel_tool_use'] !== true,
    maxTokens: asNumber(body['max_tokens']),
    reasoning: ['enabled', 'adaptive'].includes(
      asString(asObject(body['thinking'])?.['type']) ?? '',
    ),
    schema: format?.['schema'],
    jsonObject: false,
  }
}

function promptText(content: JsonValue | undefined): string {
  const uses = asArray(content).filter((block) => asObject(block)?.['type'] === 'tool_use')
  return textOf(content) + (uses.length > 0 ? JSON.stringify(uses) : '')
}

function readTool(tool: JsonValue): OfferedTool[] {
  const declared = asObject(tool)
  const name = asString(declared?.['name'])
  // Tools without a schema (web search and the like) run at the provider: they are never called here.
  if (name === undefined || declared?.['input_schema'] === undefined) return []
  return [{ name, parameters: declared['input_schema'] }]
}

function readToolChoice(choice: JsonObject | undefined): Wish['toolChoice'] {
  const name = asString(choice?.['name'])
  if (choice?.['type'] === 'tool' && name !== undefined) return { name }
  if (choice?.['type'] === 'any') return 'required'
  return choice?.['type'] === 'none' ? 'none' : 'auto'
}

function stopReason(plan: Plan): string {
  return { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' }[plan.finish]
}

function signatureOf(plan: Plan): string {
  return btoa(`simulated-signature:${hashText(plan.reasoning)}`)
}

function frame(type: string, data: JsonObject, tokens = 0): Frame {
  return { text: `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`, tokens }
}
