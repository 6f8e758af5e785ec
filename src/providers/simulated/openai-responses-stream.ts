import { asArray, asObject, asString } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Plan } from './plan.ts'
import type { Frame } from './reply.ts'
import { outputItems } from './stored-responses.ts'
import { estimateTokens, tokenPieces } from './text.ts'

type Emit = (type: string, data: JsonObject, tokens?: number) => Frame

/** Tells a finished response as the events that lead up to it. */
export function* eventFrames(response: JsonObject, plan: Plan): Generator<Frame> {
  let sequence_number = 0
  const emit: Emit = (type, data, tokens = 0) => {
    const text = JSON.stringify({ type, sequence_number: sequence_number++, ...data })
    return { text: `event: ${type}\ndata: ${text}\n\n`, tokens }
  }
  const begun = { ...response, status: 'in_progress', output: [], usage: null }
  yield emit('response.created', { response: { ...begun, incomplete_details: null } })
  yield emit('response.in_progress', { response: { ...begun, incomplete_details: null } })
  for (const [output_index, item] of outputItems(response).entries()) {
    yield* itemFrames(item, { output_index, emit, plan })
  }
  yield emit(`response.${asString(response['status'])}`, { response })
}

interface Place {
  readonly output_index: number
  readonly emit: Emit
  readonly plan: Plan
}

function* itemFrames(item: JsonObject, place: Place): Generator<Frame> {
  const { output_index, emit } = place
  const empty: Readonly<Record<string, JsonObject>> = {
    message: { content: [], status: 'in_progress' },
    reasoning: { summary: [], encrypted_content: undefined },
    function_call: { arguments: '', status: 'in_progress' },
  }
  const type = asString(item['type']) ?? ''
  yield emit('response.output_item.added', { output_index, item: { ...item, ...empty[type] } })
  if (type === 'message') yield* messageFrames(item, place)
  if (type === 'reasoning') yield* reasoningFrames(item, place)
  if (type === 'function_call') yield* callFrames(item, place)
  yield emit('response.output_item.done', { output_index, item })
}

function* messageFrames(item: JsonObject, { output_index, emit, plan }: Place): Generator<Frame> {
  const place = { item_id: item['id'], output_index, content_index: 0 }
  const part = asObject(asArray(item['content'])[0]) ?? {}
  yield emit('response.content_part.added', { ...place, part: { ...part, text: '' } })
  for (const piece of plan.pieces()) {
    const delta = { ...place, delta: piece, logprobs: [] }
    yield emit('response.output_text.delta', delta, estimateTokens(piece))
  }
  yield emit('response.output_text.done', { ...place, text: part['text'], logprobs: [] })
  yield emit('response.content_part.done', { ...place, part })
}

function* reasoningFrames(item: JsonObject, { output_index, emit }: Place): Generator<Frame> {
  for (const [summary_index, part] of asArray(item['summary']).entries()) {
    const place = { item_id: item['id'], output_index, summary_index }
    const text = asString(asObject(part)?.['text']) ?? ''
    const empty = { type: 'summary_text', text: '' }
    yield emit('response.reasoning_summary_part.added', { ...place, part: empty })
    for (const delta of tokenPieces(text)) {
      yield emit('response.reasoning_summary_text.delta', { ...place, delta }, 1)
    }
    yield emit('response.reasoning_summary_text.done', { ...place, text })
    yield emit('response.reasoning_summary_part.done', { ...place, part })
  }
}

function* callFrames(item: JsonObject, { output_index, emit }: Place): Generator<Frame> {
  const place = { item_id: item['id'], output_index }
  const text = asString(item['arguments']) ?? ''
  for (const delta of tokenPieces(text)) {
    yield emit('response.function_call_arguments.delta', { ...place, delta }, 1)
  }
  yield emit('response.function_call_arguments.done', { ...place, arguments: text })
}
