import { asArray, asNumber, asObject, asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Behaviour } from './behaviour.ts'
import { planAnswer } from './plan.ts'
import type { OfferedTool, Plan, Wish } from './plan.ts'
import { audioBytesPerToken, textOfItems } from './realtime-conversation.ts'
import type { Conversation, Item } from './realtime-conversation.ts'
import type { Words } from './realtime-words.ts'
import { estimateTokens, hashText, tokenPieces } from './text.ts'

/** One event of a response and how many tokens of the answer it carries (for pacing). */
export interface ResponseEvent {
  readonly event: JsonObject
  readonly tokens: number
}

/** A response that is about to be made. */
export interface ResponseRequest {
  readonly id: string
  /** Settings of the session with those of this response over them. */
  readonly settings: JsonObject
  readonly conversation: Conversation
  readonly words: Words
  readonly model: string
  readonly behaviour: Behaviour
}

/** Longest text that is repeated at the end of an item. */
const maxSaidLength = 8_388_608
/** Twenty milliseconds of silence. */
const silence = Buffer.alloc(960).toString('base64')

/** Decides an answer and yields its events in order, from `response.created` on; `finish` makes the last one. */
export function planResponse(request: ResponseRequest): {
  readonly events: Iterable<ResponseEvent>
  /** Makes `response.done`; usage counts what was yielded. */
  readonly finish: (status: 'completed' | 'cancelled') => JsonObject
} {
  const plan = planOf(request)
  const spoken = { tokens: 0, output: new Array<JsonObject>() }
  function* events(): Generator<ResponseEvent> {
    yield {
      event: { type: 'response.created', response: shell(request, 'in_progress', []) },
      tokens: 0,
    }
    for (const made of itemEvents(request, plan, spoken.output)) {
      spoken.tokens += made.tokens
      yield made
    }
  }
  return {
    events: events(),
    finish: (status) => ({
      type: 'response.done',
      response: {
        ...shell(request, status, spoken.output),
        ...(request.behaviour.noUsage === true
          ? {}
          : { usage: usageOf(request, plan, spoken.tokens) }),
      },
    }),
  }
}

function planOf({ settings, conversation, model, behaviour }: ResponseRequest): Plan {
  const prompt = `${asString(settings['instructions']) ?? ''}\n${textOfItems(conversation.items)}`
  const call = {
    dialect: 'openai',
    body: {},
    model,
    behaviour,
    id: hashText(prompt),
    createdAt: 0,
    onDeployment: false,
  } as const
  return planAnswer(wishOf(settings, conversation.items, prompt), call)
}

function wishOf(settings: JsonObject, items: readonly Item[], prompt: string): Wish {
  const lastUser = items.findLast(({ value }) => value['role'] === 'user')
  return {
    prompt,
    lastUserText: lastUser === undefined ? '' : textOfItems([lastUser]),
    endsWithToolResult: items.at(-1)?.value['type'] === 'function_call_output',
    tools: asArray(settings['tools']).flatMap(readTool),
    toolChoice: readToolChoice(settings['tool_choice']),
    parallelTools: true,
    maxTokens:
      asNumber(settings['max_output_tokens']) ?? asNumber(settings['max_response_output_tokens']),
    reasoning: false,
    schema: undefined,
    jsonObject: false,
  }
}

function readTool(tool: JsonValue): OfferedTool[] {
  const declared = asObject(tool)
  const name = asString(declared?.['name'])
  return name === undefined ? [] : [{ name, parameters: declared?.['parameters'] }]
}

function readToolChoice(choice: JsonValue | undefined): Wish['toolChoice'] {
  if (choice === 'none' || choice === 'required') return choice
  const name = asString(asObject(choice)?.['name'])
  return name === undefined ? 'auto' : { name }
}

function* itemEvents(
  request: ResponseRequest,
  plan: Plan,
  output: JsonObject[],
): Generator<ResponseEvent> {
  if (plan.toolCalls.length === 0) {
    yield* messageEvents(request, plan, output)
    return
  }
  for (const [index, { id, name, arguments: args }] of plan.toolCalls.entries()) {
    const text = JSON.stringify(args)
    const call_id = `${id}_${request.id}`
    const value = { type: 'function_call', name, call_id }
    const finished = yield* framed(request, index, { ...value, arguments: '' }, function* (place) {
      const at = { ...place, call_id }
      for (const delta of tokenPieces(text)) {
        yield { event: { type: 'response.function_call_arguments.delta', ...at, delta }, tokens: 1 }
      }
      yield {
        event: { type: 'response.function_call_arguments.done', ...at, name, arguments: text },
        tokens: 0,
      }
      return { ...value, arguments: text }
    })
    output.push(finished)
  }
}

function* messageEvents(
  request: ResponseRequest,
  plan: Plan,
  output: JsonObject[],
): Generator<ResponseEvent> {
  const { words } = request
  const inAudio = wantsAudio(request)
  const value = { type: 'message', role: 'assistant' }
  const finished = yield* framed(request, 0, { ...value, content: [] }, function* (place) {
    const at = { ...place, content_index: 0 }
    const part = inAudio
      ? { type: words.audioPart, transcript: '' }
      : { type: words.textPart, text: '' }
    yield { event: { type: 'response.content_part.added', ...at, part }, tokens: 0 }
    let said = ''
    for (const delta of plan.pieces()) {
      const tokens = estimateTokens(delta)
      // Huge text is not held, here neither.
      if (said.length < maxSaidLength) said += delta
      if (!inAudio) yield { event: { type: words.textDelta, ...at, delta }, tokens }
      else {
        yield { event: { type: words.transcriptDelta, ...at, delta }, tokens }
        yield { event: { type: words.audioDelta, ...at, delta: silence }, tokens: 0 }
      }
    }
    if (inAudio) {
      yield { event: { type: words.audioDone, ...at }, tokens: 0 }
      yield { event: { type: words.transcriptDone, ...at, transcript: said }, tokens: 0 }
    } else yield { event: { type: words.textDone, ...at, text: said }, tokens: 0 }
    const whole = inAudio ? { ...part, transcript: said } : { ...part, text: said }
    yield { event: { type: 'response.content_part.done', ...at, part: whole }, tokens: 0 }
    return { ...value, content: [whole] }
  })
  output.push(finished)
}

type Place = {
  readonly response_id: string
  readonly item_id: string
  readonly output_index: number
}

/** Puts the events of one item between those that begin and end it; returns the finished item. */
function* framed(
  { id: response_id, conversation, words }: ResponseRequest,
  output_index: number,
  begun: JsonObject,
  within: (place: Place) => Generator<ResponseEvent, JsonObject>,
): Generator<ResponseEvent, JsonObject> {
  const item_id = conversation.newItemId()
  const started = { ...begun, id: item_id, object: 'realtime.item', status: 'in_progress' }
  const previous_item_id = conversation.items.at(-1)?.id ?? null
  const [added = '', done] = words.itemAdded
  yield {
    event: { type: 'response.output_item.added', response_id, output_index, item: started },
    tokens: 0,
  }
  yield { event: { type: added, previous_item_id, item: started }, tokens: 0 }
  const rest = yield* within({ response_id, item_id, output_index })
  const item = { ...rest, id: item_id, object: 'realtime.item', status: 'completed' }
  conversation.append(item)
  yield { event: { type: 'response.output_item.done', response_id, output_index, item }, tokens: 0 }
  if (done !== undefined) yield { event: { type: done, previous_item_id, item }, tokens: 0 }
  return item
}

function wantsAudio({ settings, words }: ResponseRequest): boolean {
  const member = words.version === 'ga' ? 'output_modalities' : 'modalities'
  const modalities = asArray(settings[member])
  return modalities.length === 0 || modalities.includes('audio')
}

function shell(
  request: ResponseRequest,
  status: string,
  output: readonly JsonObject[],
): JsonObject {
  const modality = wantsAudio(request) ? 'audio' : 'text'
  const cancelled = { type: 'cancelled', reason: 'client_cancelled' }
  return {
    object: 'realtime.response',
    id: request.id,
    status,
    status_details: status === 'cancelled' ? cancelled : null,
    output: [...output],
    conversation_id: 'conv_sim',
    ...(request.words.version === 'ga'
      ? { output_modalities: [modality] }
      : { modalities: [modality] }),
    max_output_tokens: 'inf',
    usage: null,
    metadata: request.settings['metadata'] ?? null,
  }
}

/** Each token of text is two of audio when it is spoken as well. */
function usageOf(request: ResponseRequest, plan: Plan, spokenTokens: number): JsonObject {
  const heardBytes = request.conversation.items.reduce((sum, { audioBytes }) => sum + audioBytes, 0)
  const heard = Math.ceil(heardBytes / audioBytesPerToken)
  const audio = wantsAudio(request) && plan.toolCalls.length === 0 ? spokenTokens * 2 : 0
  const input = plan.inputTokens + heard
  const output = spokenTokens + audio
  return {
    total_tokens: input + output,
    input_tokens: input,
    output_tokens: output,
    input_token_details: {
      text_tokens: plan.inputTokens,
      audio_tokens: heard,
      image_tokens: 0,
      cached_tokens: plan.cachedTokens,
      cached_tokens_details: { text_tokens: plan.cachedTokens, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: spokenTokens, audio_tokens: audio },
  }
}
