import { asArray, asNumber, asObject, asString, isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { errorUnderOk, streamReply } from './call.ts'
import type { SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { planAnswer } from './plan.ts'
import type { OfferedTool, Plan, Wish } from './plan.ts'
import { jsonReply } from './reply.ts'
import type { Frame, Reply } from './reply.ts'
import { answerTo, estimateTokens, textOf, tokenPieces } from './text.ts'

/** Answers `POST /v1/chat/completions`. */
export function answerChat(call: SimulatedCall): Reply {
  const { body, behaviour } = call
  const plan = planAnswer(readWish(body), call)
  if (body['stream'] === true) return streamReply(call, chatFrames(plan, call))
  if (behaviour.errorEvent !== undefined) return errorUnderOk(call)
  const choice = {
    index: 0,
    message: chatMessage(plan),
    logprobs: null,
    finish_reason: plan.finish,
    ...(call.onDeployment ? { content_filter_results: unfiltered } : {}),
  }
  const answer = {
    id: `chatcmpl-sim-${call.id}`,
    object: 'chat.completion',
    created: call.createdAt,
    model: call.model,
    ...(call.onDeployment ? { prompt_filter_results: promptFilter } : {}),
    choices: [choice],
    ...(behaviour.noUsage === true ? {} : { usage: chatUsage(plan) }),
    system_fingerprint: 'fp_simulated',
  }
  return jsonReply(answer, { tokens: plan.outputTokens })
}

/** Answers `POST /v1/completions`, the legacy text endpoint. */
export function answerCompletion(call: SimulatedCall): Reply {
  const { body, behaviour } = call
  const prompt = textOf(body['prompt'])
  if (prompt === '') throw new ProviderRefusal(400, "'prompt' is missing.", { param: 'prompt' })
  const limit = asNumber(body['max_tokens']) ?? 1_024
  const full = answerTo(prompt, behaviour.tokens)
  const text = full.slice(0, limit * 4)
  const finish = text.length < full.length ? 'length' : 'stop'
  const base = {
    id: `cmpl-sim-${call.id}`,
    object: 'text_completion',
    created: call.createdAt,
    model: call.model,
  }
  const choice = (piece: string, finish_reason: string | null) => ({
    text: piece,
    index: 0,
    logprobs: null,
    finish_reason,
  })
  const [inputTokens, outputTokens] = [estimateTokens(prompt), estimateTokens(text)]
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  }
  const counted = behaviour.noUsage === true ? {} : { usage }
  if (body['stream'] !== true) {
    if (behaviour.errorEvent !== undefined) return errorUnderOk(call)
    return jsonReply(
      { ...base, choices: [choice(text, finish)], ...counted },
      { tokens: outputTokens },
    )
  }
  function* frames(): Generator<Frame> {
    for (const piece of tokenPieces(text))
      yield frame({ ...base, choices: [choice(piece, null)] }, 1)
    yield frame({ ...base, choices: [choice('', finish)] })
    if (wantsUsage(body) && behaviour.noUsage !== true) yield frame({ ...base, choices: [], usage })
    yield done
  }
  return streamReply(call, frames())
}

const done: Frame = { text: 'data: [DONE]\n\n', tokens: 0 }
const category = { filtered: false, severity: 'safe' }
const unfiltered = { hate: category, self_harm: category, sexual: category, violence: category }
const promptFilter = [{ prompt_index: 0, content_filter_results: unfiltered }]

function* chatFrames(plan: Plan, call: SimulatedCall): Generator<Frame> {
  const { body, behaviour } = call
  const withUsage = wantsUsage(body) && behaviour.noUsage !== true
  const base = {
    id: `chatcmpl-sim-${call.id}`,
    object: 'chat.completion.chunk',
    created: call.createdAt,
    model: call.model,
    system_fingerprint: 'fp_simulated',
    ...(withUsage ? { usage: null } : {}),
  }
  const chunk = (delta: JsonObject, tokens = 0, finish_reason: string | null = null) =>
    frame({ ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason }] }, tokens)
  if (call.onDeployment) {
    yield frame({ ...base, id: '', model: '', choices: [], prompt_filter_results: promptFilter })
  }
  yield chunk({ role: 'assistant', content: plan.toolCalls.length > 0 ? null : '', refusal: null })
  for (const piece of tokenPieces(plan.reasoning)) yield chunk({ reasoning_content: piece }, 1)
  for (const piece of plan.pieces()) yield chunk({ content: piece }, estimateTokens(piece))
  for (const [index, planned] of plan.toolCalls.entries()) {
    const named = { name: planned.name, arguments: '' }
    yield chunk({ tool_calls: [{ index, id: planned.id, type: 'function', function: named }] })
    for (const piece of tokenPieces(JSON.stringify(planned.arguments))) {
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] }, 1)
    }
  }
  yield chunk({}, 0, plan.finish)
  if (withUsage) yield frame({ ...base, choices: [], usage: chatUsage(plan) })
  yield done
}

function chatMessage(plan: Plan): JsonObject {
  const tool_calls = plan.toolCalls.map((planned) => ({
    id: planned.id,
    type: 'function',
    function: { name: planned.name, arguments: JSON.stringify(planned.arguments) },
  }))
  return {
    role: 'assistant',
    content: tool_calls.length > 0 ? null : plan.text,
    refusal: null,
    annotations: [],
    ...(plan.reasoning === '' ? {} : { reasoning_content: plan.reasoning }),
    ...(tool_calls.length > 0 ? { tool_calls } : {}),
  }
}

function chatUsage(plan: Plan): JsonObject {
  return {
    prompt_tokens: plan.inputTokens,
    completion_tokens: plan.outputTokens,
    total_tokens: plan.inputTokens + plan.outputTokens,
    prompt_tokens_details: { cached_tokens: plan.cachedTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: plan.reasoningTokens, audio_tokens: 0 },
  }
}

function readWish(body: JsonObject): Wish {
  const messages = asArray(body['messages'])
  if (messages.length === 0) {
    throw new ProviderRefusal(400, "Missing required parameter: 'messages'.", { param: 'messages' })
  }
  if ((asNumber(body['n']) ?? 1) !== 1) {
    throw new ProviderRefusal(400, 'The simulated provider makes one choice only.', { param: 'n' })
  }
  const texts = messages.map((message, index) => readMessage(message, index))
  const format = asObject(body['response_format'])
  const tools = asArray(body['tools']).flatMap(readTool)
  const lastUser = messages.findLast((message) => asObject(message)?.['role'] === 'user')
  return {
    prompt: texts.join('\n') + (tools.length > 0 ? JSON.stringify(body['tools']) : ''),
    lastUserText: textOf(asObject(lastUser)?.['content']),
    endsWithToolResult: asObject(messages.at(-1))?.['role'] === 'tool',
    tools,
    toolChoice: readToolChoice(body['tool_choice']),
    parallelTools: body['parallel_tool_calls'] !== false,
    maxTokens: asNumber(body['max_completion_tokens']) ?? asNumber(body['max_tokens']),
    reasoning: !['none', undefined].includes(asString(body['reasoning_effort'])),
    schema: asObject(format?.['json_schema'])?.['schema'],
    jsonObject: format?.['type'] === 'json_object',
  }
}

function readMessage(message: JsonValue, index: number): string {
  const role = asString(asObject(message)?.['role'])
  if (!isObject(message) || role === undefined) {
    const param = `messages[${index}].role`
    throw new ProviderRefusal(400, `Missing required parameter: '${param}'.`, { param })
  }
  const calls = message['tool_calls'] === undefined ? '' : JSON.stringify(message['tool_calls'])
  return textOf(message['content']) + calls
}

function readTool(tool: JsonValue): OfferedTool[] {
  const declared = asObject(asObject(tool)?.['function'])
  const name = asString(declared?.['name'])
  return name === undefined ? [] : [{ name, parameters: declared?.['parameters'] }]
}

function readToolChoice(choice: JsonValue | undefined): Wish['toolChoice'] {
  if (choice === 'none' || choice === 'required') return choice
  const name = asString(asObject(asObject(choice)?.['function'])?.['name'])
  return name === undefined ? 'auto' : { name }
}

function wantsUsage(body: JsonObject): boolean {
  return asObject(body['stream_options'])?.['include_usage'] === true
}

function frame(data: JsonObject, tokens = 0): Frame {
  return { text: `data: ${JSON.stringify(data)}\n\n`, tokens }
}
