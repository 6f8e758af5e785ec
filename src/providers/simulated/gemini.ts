import type { JsonObject } from '../../core/json.ts'
import { errorUnderOk, streamReply } from './call.ts'
import type { SimulatedCall } from './call.ts'
import { checkGenerate, signatureOf } from './gemini-checks.ts'
import { inCamelCase, readWish, thinkingOf } from './gemini-wish.ts'
import type { Thinking } from './gemini-wish.ts'
import { planAnswer } from './plan.ts'
import type { Plan } from './plan.ts'
import { jsonReply } from './reply.ts'
import type { Frame, Reply } from './reply.ts'
import { estimateTokens, hashText, tokenPieces } from './text.ts'

/** How an answer is sent: whole, as events, or as an array that grows. */
export type GeminiMode = 'whole' | 'events' | 'array'

/** Answers `generateContent` and `streamGenerateContent`. */
export function answerGenerateContent(call: SimulatedCall, mode: GeminiMode): Reply {
  const { model, behaviour } = call
  const body = inCamelCase(call.body)
  checkGenerate(body, model)
  const plan = planAnswer(readWish(body, model), call)
  const thinks = thinkingOf(body, model)
  if (mode === 'whole') {
    if (behaviour.errorEvent !== undefined) return errorUnderOk(call)
    return jsonReply(wholeAnswer(plan, call, thinks), { tokens: plan.outputTokens })
  }
  const chunks = chunksOf(plan, call, thinks)
  if (mode === 'events') return streamReply(call, eventsOf(chunks))
  return arrayReply(call, elementsOf(chunks))
}

function head(call: SimulatedCall): JsonObject {
  return { modelVersion: call.model, responseId: `sim${call.id}` }
}

function wholeAnswer(plan: Plan, call: SimulatedCall, thinks: Thinking): JsonObject {
  const usage = usageOf(plan, call)
  if (call.behaviour.block === 'prompt') return { ...blocked, ...usage, ...head(call) }
  const isBlocked = call.behaviour.block === 'answer'
  const parts = isBlocked ? [] : partsOf(plan, thinks)
  const finishReason = isBlocked ? 'SAFETY' : finishOf(plan)
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }],
    ...usage,
    ...head(call),
  }
}

const blocked = {
  promptFeedback: {
    blockReason: 'PROHIBITED_CONTENT',
    safetyRatings: [{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'HIGH' }],
  },
}

function partsOf(plan: Plan, thinks: Thinking): JsonObject[] {
  const thought = { text: plan.reasoning, thought: true }
  const isShown = thinks.aloud && plan.reasoning !== ''
  const proof = thinks.signs
    ? { thoughtSignature: signatureOf(hashText(plan.reasoning + plan.text)) }
    : {}
  const calls = plan.toolCalls.map(({ id, name, arguments: args }, index) => ({
    functionCall: { id, name, args },
    ...(index === 0 ? proof : {}),
  }))
  const answer = calls.length > 0 ? calls : [{ text: plan.text, ...proof }]
  return [...(isShown ? [thought] : []), ...answer]
}

function* chunksOf(
  plan: Plan,
  call: SimulatedCall,
  thinks: Thinking,
): Generator<{ readonly chunk: JsonObject; readonly tokens: number }> {
  const { block } = call.behaviour
  if (block === 'prompt') {
    yield { chunk: { ...blocked, ...usageOf(plan, call), ...head(call) }, tokens: 0 }
    return
  }
  const chunk = (parts: JsonObject[], more: JsonObject = {}): JsonObject => ({
    candidates: [{ content: { role: 'model', parts }, ...more, index: 0 }],
    ...usageOf(plan, call),
    ...head(call),
  })
  const last = { finishReason: block === 'answer' ? 'SAFETY' : finishOf(plan) }
  if (thinks.aloud) {
    for (const text of tokenPieces(plan.reasoning)) {
      yield { chunk: chunk([{ text, thought: true }]), tokens: 1 }
    }
  }
  if (plan.toolCalls.length > 0) {
    const calls = partsOf(plan, { ...thinks, aloud: false })
    // Parallel calls come in one chunk or in several.
    for (const part of calls.slice(0, -1)) yield { chunk: chunk([part]), tokens: 4 }
    yield { chunk: chunk(calls.slice(-1), last), tokens: 4 }
    return
  }
  for (const text of plan.pieces()) {
    yield { chunk: chunk([{ text }]), tokens: estimateTokens(text) }
  }
  const proof = thinks.signs
    ? { thoughtSignature: signatureOf(hashText(plan.reasoning + plan.text)) }
    : {}
  yield { chunk: chunk([{ text: '', ...proof }], last), tokens: 0 }
}

type Chunks = ReturnType<typeof chunksOf>

function* eventsOf(chunks: Chunks): Generator<Frame> {
  for (const { chunk, tokens } of chunks) {
    yield { text: `data: ${JSON.stringify(chunk)}\r\n\r\n`, tokens }
  }
}

function* elementsOf(chunks: Chunks): Generator<Frame> {
  let before = '['
  for (const { chunk, tokens } of chunks) {
    yield { text: before + JSON.stringify(chunk, null, 2), tokens }
    before = '\n,\r\n'
  }
  yield { text: '\n]\n', tokens: 0 }
}

function arrayReply(call: SimulatedCall, frames: Iterable<Frame>): Reply {
  const error = errorUnderOk(call)
  const before = call.behaviour.errorEvent === 0 ? '[' : '\n,\r\n'
  const body = error.type === 'whole' ? error.body.toString() : ''
  return {
    type: 'stream',
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    frames,
    errorFrame: `${before}${body}\n]\n`,
  }
}

function usageOf(plan: Plan, call: SimulatedCall): JsonObject {
  if (call.behaviour.noUsage === true) return {}
  const { inputTokens, outputTokens, reasoningTokens, cachedTokens } = plan
  const answered = call.behaviour.block === undefined
  return {
    usageMetadata: {
      promptTokenCount: inputTokens,
      ...(answered ? { candidatesTokenCount: outputTokens - reasoningTokens } : {}),
      ...(reasoningTokens > 0 && answered ? { thoughtsTokenCount: reasoningTokens } : {}),
      ...(cachedTokens > 0 ? { cachedContentTokenCount: cachedTokens } : {}),
      totalTokenCount: inputTokens + (answered ? outputTokens : 0),
    },
  }
}

function finishOf({ finish }: Plan): string {
  return finish === 'length' ? 'MAX_TOKENS' : 'STOP'
}
