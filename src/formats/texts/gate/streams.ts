import { asArray, asNumber, asObject, asString } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import { createEventStreamSplitter } from '../../event-stream.ts'
import type { FormatName } from '../../format.ts'
import { createArraySplitter } from '../../gemini/array-splitter.ts'
import { createLineSplitter } from '../../ollama-chat/lines.ts'
import { createSseSplitter } from '../../sse.ts'
import type { SseSplitter } from '../../sse.ts'
import { of } from '../shape.ts'
import type { Rule } from '../shape.ts'
import { anthropicEvent } from '../shapes/anthropic.ts'
import { converseEvent, endedBlocks } from '../shapes/bedrock.ts'
import { cohereEvent, endedByCohere } from '../shapes/cohere.ts'
import { endedCandidates, geminiAnswer } from '../shapes/gemini.ts'
import { mediaEvent, spokenChannel } from '../shapes/endpoints.ts'
import { ollamaAnswer } from '../shapes/ollama.ts'
import { openAiAnswer } from '../shapes/openai-chat.ts'
import { endedBy, responsesEvent } from '../shapes/responses-events.ts'
import { chunkWire, eventStreamWire, plainWire, sseWire } from './wire.ts'
import type { FrameWire } from './wire.ts'

/** What is to know about the streams of one format. */
export interface StreamRules {
  readonly openSplitter: (options: { readonly maxFrameBytes: number }) => SseSplitter
  readonly wire: FrameWire
  /** What the data of its frames is. */
  readonly frame: Rule
  /** Beginnings of the channels that are complete with a frame. */
  readonly ended: (data: JsonObject, event: string) => readonly string[]
  /** Frames that end texts bring none of them. */
  readonly saysEnds: boolean
  /** Tells whether frames may follow that tell the text of a channel once more, whole. */
  readonly repeats: (channel: string) => boolean
}

const sse = { openSplitter: createSseSplitter, wire: sseWire, saysEnds: true, repeats: () => false }

const openAi: StreamRules = {
  ...sse,
  frame: of({ ...openAiAnswer, choose: mediaEvent }),
  ended: endedChoices,
  saysEnds: false,
  repeats: (channel) => channel.startsWith(spokenChannel),
}
const anthropic: StreamRules = { ...sse, frame: of(anthropicEvent), ended: endedByAnthropic }
const gemini: StreamRules = {
  ...sse,
  frame: of(geminiAnswer),
  ended: endedCandidates,
  saysEnds: false,
}

/** The streams of all formats. */
export const streamRules: Readonly<Record<FormatName, StreamRules>> = {
  'openai-chat': openAi,
  'openai-completions': openAi,
  'openai-responses': { ...sse, frame: of(responsesEvent), ended: endedBy, repeats: () => true },
  'anthropic-messages': anthropic,
  gemini,
  'gemini-array': { ...gemini, openSplitter: createArraySplitter, wire: plainWire },
  'bedrock-converse': {
    ...sse,
    openSplitter: createEventStreamSplitter,
    wire: eventStreamWire,
    frame: of(converseEvent),
    ended: endedBlocks,
  },
  'bedrock-invoke': {
    ...anthropic,
    openSplitter: createEventStreamSplitter,
    wire: chunkWire,
  },
  'cohere-chat': { ...sse, frame: of(cohereEvent), ended: endedByCohere },
  'ollama-chat': {
    ...sse,
    openSplitter: createLineSplitter,
    wire: plainWire,
    frame: of(ollamaAnswer),
    ended: (data) => (data['done'] === true ? [''] : []),
    saysEnds: false,
  },
}

function endedChoices(data: JsonObject): readonly string[] {
  if (data['type'] === 'transcript.text.done') return [`${spokenChannel}/`]
  return asArray(data['choices']).flatMap((element, index) => {
    const choice = asObject(element)
    const isEnded = asString(choice?.['finish_reason']) !== undefined
    return isEnded ? [`${asNumber(choice?.['index']) ?? index}/`] : []
  })
}

function endedByAnthropic(data: JsonObject): readonly string[] {
  const type = asString(data['type']) ?? ''
  if (type === 'content_block_stop') return [`${asNumber(data['index']) ?? ''}/`]
  return type === 'message_delta' || type === 'message_stop' ? [''] : []
}
