import { asArray, asNumber, asObject, asString, parseJson } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { encodeEvent, eventStreamType } from '../../formats/index.ts'
import { answerMessages } from './anthropic.ts'
import type { PromptCache } from './anthropic.ts'
import { checkConverse, invalid } from './bedrock-checks.ts'
import { errorUnderOk, streamReply } from './call.ts'
import type { SimulatedCall } from './call.ts'
import { planAnswer } from './plan.ts'
import type { OfferedTool, Plan, Wish } from './plan.ts'
import { jsonReply } from './reply.ts'
import type { Frame, Reply } from './reply.ts'
import { estimateTokens, hashText, textOf, tokenPieces } from './text.ts'

const maxCachedPrefixes = 1_024

/** Answers Bedrock's Converse, or ConverseStream; refuses what the real one refuses. */
export function answerConverse(
  call: SimulatedCall,
  promptCache: PromptCache,
  isStreamed: boolean,
): Reply {
  const { body, behaviour } = call
  checkConverse(body)
  const plan = planAnswer(readWish(body), call)
  const usage = usageOf(body, plan, promptCache)
  const counted = behaviour.noUsage === true ? {} : { usage }
  if (isStreamed) {
    return inEventStream(streamReply(call, converseFrames(plan, { ...counted, metrics })))
  }
  if (behaviour.errorEvent !== undefined) return errorUnderOk(call)
  const answer = {
    output: { message: { role: 'assistant', content: blocksOf(plan) } },
    stopReason: stopReason(plan),
    ...counted,
    metrics,
  }
  return jsonReply(answer, { tokens: plan.outputTokens })
}

const metrics = { latencyMs: 1 }

/** Bedrock documents `bedrock-2023-05-31`; Anthropic's SDK sends the version of its own API there. */
const versionPattern = /^(?:bedrock-)?20\d\d-\d\d-\d\d$/

/** Answers InvokeModel for Claude: Anthropic's body without model, its events wrapped. */
export function answerInvoke(
  call: SimulatedCall,
  promptCache: PromptCache,
  isStreamed: boolean,
): Reply {
  const { anthropic_version: version, ...body } = call.body
  if (!/anthropic|claude|sim/.test(call.model)) throw invalid('Malformed input request.')
  if (!versionPattern.test(asString(version) ?? ''))
    throw invalid('anthropic_version: Field required')
  for (const key of ['model', 'stream']) {
    if (key in body) throw invalid(`${key}: Extra inputs are not permitted`)
  }
  const inner = { ...call, body: { ...body, model: call.model, stream: isStreamed } }
  const reply = answerMessages({ ...inner, dialect: 'anthropic' }, promptCache)
  if (reply.type === 'whole') return reply
  return inEventStream(streamReply(call, wrapped(reply.frames)))
}

function inEventStream(reply: Reply): Reply {
  return { ...reply, headers: { 'content-type': eventStreamType } }
}

function* wrapped(frames: Iterable<Frame>): Generator<Frame> {
  for (const { text, tokens } of frames) {
    const data = /^data: (.*)$/m.exec(typeof text === 'string' ? text : '')?.[1] ?? '{}'
    const payload = { bytes: Buffer.from(data).toString('base64'), p: 'abcdef' }
    yield { text: encodeEvent('chunk', payload), tokens }
  }
}

function* converseFrames(plan: Plan, metadata: JsonObject): Generator<Frame> {
  yield frame('messageStart', { role: 'assistant' })
  for (const [contentBlockIndex, block] of blocksOf(plan).entries()) {
    yield* blockFrames(block, contentBlockIndex, plan)
    yield frame('contentBlockStop', { contentBlockIndex })
  }
  yield frame('messageStop', { stopReason: stopReason(plan) })
  yield frame('metadata', metadata)
}

function* blockFrames(block: JsonObject, contentBlockIndex: number, plan: Plan): Generator<Frame> {
  const delta = (change: JsonObject, tokens = 1) =>
    frame('contentBlockDelta', { contentBlockIndex, delta: change }, tokens)
  const use = asObject(block['toolUse'])
  if (use !== undefined) {
    const { toolUseId, name, input } = use
    yield frame('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } } })
    for (const piece of tokenPieces(JSON.stringify(input))) {
      yield delta({ toolUse: { input: piece } })
    }
  } else if ('reasoningContent' in block) {
    for (const text of tokenPieces(plan.reasoning)) yield delta({ reasoningContent: { text } })
    yield delta({ reasoningContent: { signature: signatureOf(plan) } }, 0)
  } else {
    for (const text of plan.pieces()) yield delta({ text }, estimateTokens(text))
  }
}

function blocksOf(plan: Plan): JsonObject[] {
  const reasoningText = { text: plan.reasoning, signature: signatureOf(plan) }
  const tools = plan.toolCalls.map(({ id, name, arguments: input }) => ({
    toolUse: { toolUseId: id, name, input },
  }))
  return [
    ...(plan.reasoning === '' ? [] : [{ reasoningContent: { reasoningText } }]),
    ...(tools.length > 0 ? tools : [{ text: plan.text }]),
  ]
}

function signatureOf(plan: Plan): string {
  return btoa(`simulated-signature:${hashText(plan.reasoning)}`)
}

function stopReason(plan: Plan): string {
  return { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' }[plan.finish]
}

/** Splits the input tokens into fresh, cache-read and cache-written ones, as Bedrock counts them. */
function usageOf(body: JsonObject, plan: Plan, promptCache: PromptCache): JsonObject {
  const marked = markedPrefix(body)
  let read = plan.cachedTokens
  let written = 0
  if (marked !== undefined) {
    const tokens = Math.min(estimateTokens(marked), plan.inputTokens - read)
    const key = `bedrock ${hashText(marked)}`
    if (promptCache.has(key)) read += tokens
    else written = tokens
    if (promptCache.size >= maxCachedPrefixes) promptCache.clear()
    promptCache.add(key)
  }
  return {
    inputTokens: plan.inputTokens - read - written,
    outputTokens: plan.outputTokens,
    totalTokens: plan.inputTokens + plan.outputTokens,
    cacheReadInputTokens: read,
    cacheWriteInputTokens: written,
  }
}

/** The prompt up to the last cache point. */
function markedPrefix(body: JsonObject): string | undefined {
  const blocks = [body['system'], ...asArray(body['messages']).map((m) => asObject(m)?.['content'])]
    .flatMap((content) => asArray(content))
    .map(asObject)
  const last = blocks.findLastIndex((block) => block?.['cachePoint'] !== undefined)
  return last < 0 ? undefined : blocks.slice(0, last).map(textOf).join('\n')
}

function readWish(body: JsonObject): Wish {
  const messages = asArray(body['messages']).map(asObject)
  const config = asObject(body['toolConfig'])
  const tools = asArray(config?.['tools']).flatMap(readTool)
  const fields = asObject(body['additionalModelRequestFields'])
  const choice = readToolChoice(config?.['toolChoice'] ?? fields?.['tool_choice'])
  const contents = [body['system'], ...messages.map((message) => message?.['content'])]
  const lastUser = messages.findLast((message) => message?.['role'] === 'user')
  const lastBlocks = asArray(messages.at(-1)?.['content']).map(asObject)
  const format = asObject(asObject(body['outputConfig'])?.['textFormat'])
  const definition = asObject(asObject(format?.['structure'])?.['jsonSchema'])
  const schema = asString(definition?.['schema'])
  return {
    prompt: contents.map(promptText).join('\n') + (tools.length > 0 ? JSON.stringify(config) : ''),
    lastUserText: promptText(lastUser?.['content']),
    endsWithToolResult: lastBlocks.some((block) => block?.['toolResult'] !== undefined),
    tools,
    toolChoice: choice,
    parallelTools: asObject(fields?.['tool_choice'])?.['disable_parallel_tool_use'] !== true,
    maxTokens: asNumber(asObject(body['inferenceConfig'])?.['maxTokens']),
    reasoning: wantsReasoning(fields),
    schema: schema === undefined ? undefined : parseJson(schema),
    jsonObject: false,
  }
}

function wantsReasoning(fields: JsonObject | undefined): boolean {
  const thinking = asObject(fields?.['thinking']) ?? asObject(fields?.['reasoningConfig'])
  const type = asString(thinking?.['type'])
  return type === 'enabled' || type === 'adaptive' || fields?.['reasoning_effort'] !== undefined
}

function promptText(content: JsonValue | undefined): string {
  const uses = asArray(content).filter((block) => asObject(block)?.['toolUse'] !== undefined)
  const results = asArray(content).map((block) => asObject(asObject(block)?.['toolResult']))
  const words = [textOf(content), ...results.map((result) => textOf(result?.['content']))]
  return words.filter(Boolean).join('\n') + (uses.length > 0 ? JSON.stringify(uses) : '')
}

function readTool(tool: JsonValue): OfferedTool[] {
  const declared = asObject(asObject(tool)?.['toolSpec'])
  const name = asString(declared?.['name'])
  return name === undefined
    ? []
    : [{ name, parameters: asObject(declared?.['inputSchema'])?.['json'] }]
}

function readToolChoice(choice: JsonValue | undefined): Wish['toolChoice'] {
  const found = asObject(choice)
  const name = asString(asObject(found?.['tool'])?.['name']) ?? asString(found?.['name'])
  if (name !== undefined) return { name }
  return found?.['any'] !== undefined || found?.['type'] === 'any' ? 'required' : 'auto'
}

function frame(name: string, payload: JsonObject, tokens = 0): Frame {
  // Bedrock pads its events, so that their length tells less of what was said.
  return { text: encodeEvent(name, { ...payload, p: 'abcdefgh' }), tokens }
}
