import { asArray, asNumber, asObject, asString, isObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { streamReply } from './call.ts'
import type { SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { planAnswer } from './plan.ts'
import type { OfferedTool, Plan, Wish } from './plan.ts'
import { jsonReply } from './reply.ts'
import type { Reply } from './reply.ts'
import { eventFrames } from './openai-responses-stream.ts'
import { missing, promptOf, readItems, unknownParameter } from './openai-responses-input.ts'
import type { StoredResponses } from './stored-responses.ts'
import { hashText, textOf } from './text.ts'

/** Answers `POST /v1/responses`; strict about what OpenAI is strict about. */
export function answerResponse(call: SimulatedCall, stored: StoredResponses): Reply {
  const { body, behaviour } = call
  refuseForeignParameters(body)
  const items = readItems(body, stored)
  const plan = planAnswer(readWish(body, items), call)
  const id = `resp_sim_${stored.nextId(call.id)}`
  const output = outputOf(plan, id, body)
  const isCut = plan.finish === 'length'
  const response: JsonObject = {
    ...responseHead(call, id),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output,
    ...(behaviour.noUsage === true ? {} : { usage: usageOf(plan) }),
  }
  if (body['store'] !== false) stored.keep({ response, items })
  if (body['stream'] === true) {
    const frames = eventFrames(response, plan)
    const reply = streamReply(call, frames)
    return reply.type === 'stream' ? { ...reply, errorFrame: errorEvent(call) } : reply
  }
  if (behaviour.errorEvent !== undefined) return jsonReply(failedResponse(call, id))
  if (body['background'] === true) return jsonReply({ ...response, status: 'queued', output: [] })
  return jsonReply(response, { tokens: plan.outputTokens })
}

/** What every snapshot of a response holds. */
function responseHead({ body, model, createdAt }: SimulatedCall, id: string): JsonObject {
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status: 'in_progress',
    background: body['background'] === true,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    metadata: body['metadata'] ?? {},
    model,
    output: [],
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: body['previous_response_id'] ?? null,
    reasoning: { effort: null, summary: null, ...asObject(body['reasoning']) },
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: { format: { type: 'text' }, ...asObject(body['text']) },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? 1,
    truncation: body['truncation'] ?? 'disabled',
    usage: null,
    user: null,
  }
}

function outputOf(plan: Plan, id: string, body: JsonObject): JsonObject[] {
  const rest = id.slice('resp_'.length)
  const wantsSummary = isObject(body['reasoning']) && body['reasoning']['summary'] !== undefined
  const wantsProof = asArray(body['include']).includes('reasoning.encrypted_content')
  const reasoning = {
    id: `rs_${rest}`,
    type: 'reasoning',
    summary: wantsSummary ? [{ type: 'summary_text', text: plan.reasoning }] : [],
    ...(wantsProof ? { encrypted_content: proofOf(plan.reasoning) } : {}),
  }
  const message = {
    id: `msg_${rest}`,
    type: 'message',
    status: plan.finish === 'length' ? 'incomplete' : 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', annotations: [], logprobs: [], text: plan.text }],
  }
  const calls = plan.toolCalls.map((planned, index) => ({
    id: `fc_${rest}_${index}`,
    type: 'function_call',
    status: 'completed',
    call_id: planned.id,
    name: planned.name,
    arguments: JSON.stringify(planned.arguments),
  }))
  return [...(plan.reasoning === '' ? [] : [reasoning]), ...(calls.length > 0 ? calls : [message])]
}

function proofOf(reasoning: string): string {
  return btoa(`simulated-proof:${hashText(reasoning)}`)
}

function usageOf(plan: Plan): JsonObject {
  return {
    input_tokens: plan.inputTokens,
    input_tokens_details: { cached_tokens: plan.cachedTokens, cache_write_tokens: 0 },
    output_tokens: plan.outputTokens,
    output_tokens_details: { reasoning_tokens: plan.reasoningTokens },
    total_tokens: plan.inputTokens + plan.outputTokens,
  }
}

const failure = {
  code: 'server_error',
  message: 'The server had an error while processing your request (simulated).',
}

function failedResponse(call: SimulatedCall, id: string): JsonObject {
  return { ...responseHead(call, id), status: 'failed', error: failure }
}

function errorEvent({ behaviour }: SimulatedCall): string {
  const sequence_number = behaviour.errorEvent ?? 0
  const code = behaviour.error?.type ?? failure.code
  const data = { type: 'error', ...failure, code, param: null, sequence_number }
  return `event: error\ndata: ${JSON.stringify(data)}\n\n`
}

/** Parameters of chat completions, which OpenAI refuses here with the name of the right one. */
const movedParameters: Readonly<Record<string, string>> = {
  messages: 'input',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  response_format: 'text.format',
  reasoning_effort: 'reasoning.effort',
}
const unsupportedParameters = ['stop', 'seed', 'n', 'logit_bias', 'presence_penalty']

function refuseForeignParameters(body: JsonObject): void {
  for (const param of Object.keys(body)) {
    const moved = Object.hasOwn(movedParameters, param) ? movedParameters[param] : undefined
    if (moved !== undefined) {
      const message = `Unsupported parameter: '${param}'. In the Responses API, this parameter has moved to '${moved}'.`
      throw new ProviderRefusal(400, message, { param })
    }
    if (unsupportedParameters.includes(param)) throw unknownParameter(param)
  }
  const options = asObject(body['stream_options'])
  if (options !== undefined && 'include_usage' in options) {
    throw unknownParameter('stream_options.include_usage')
  }
}

function readWish(body: JsonObject, items: readonly JsonObject[]): Wish {
  const tools = asArray(body['tools']).flatMap((tool, index) => readTool(asObject(tool), index))
  const lastUser = items.findLast((item) => item['role'] === 'user')
  const format = asObject(asObject(body['text'])?.['format'])
  if (format?.['type'] === 'json_schema' && asString(format['name']) === undefined) {
    throw missing('text.format.name')
  }
  const effort = asString(asObject(body['reasoning'])?.['effort'])
  return {
    prompt:
      [textOf(body['instructions']), ...items.map(promptOf)].filter(Boolean).join('\n') +
      (tools.length > 0 ? JSON.stringify(body['tools']) : ''),
    lastUserText: textOf(lastUser?.['content']),
    endsWithToolResult: items.at(-1)?.['type'] === 'function_call_output',
    tools,
    toolChoice: readToolChoice(body),
    parallelTools: body['parallel_tool_calls'] !== false,
    maxTokens: asNumber(body['max_output_tokens']),
    reasoning: effort !== undefined && effort !== 'none',
    schema: format?.['schema'],
    jsonObject: format?.['type'] === 'json_object',
  }
}

function readTool(tool: JsonObject | undefined, index: number): OfferedTool[] {
  if (tool?.['type'] === undefined) throw missing(`tools[${index}].type`)
  // Tools of other types run at the provider: they are never called here.
  if (tool['type'] !== 'function') return []
  const name = asString(tool['name'])
  if (name === undefined) throw missing(`tools[${index}].name`)
  return [{ name, parameters: tool['parameters'] }]
}

function readToolChoice(body: JsonObject): Wish['toolChoice'] {
  const choice = body['tool_choice']
  if (choice === 'none' || choice === 'required') return choice
  const name = asString(asObject(choice)?.['name'])
  return name === undefined ? 'auto' : { name }
}
