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
import { endedCandidates, endedGeminiCalls, geminiAnswer } from '../shapes/gemini.ts'
import { mediaEvent, spokenChannel } from '../shapes/endpoints.ts'
import { ollamaAnswer } from '../shapes/ollama.ts'
import { openAiAnswer } from '../shapes/openai-chat.ts'
import { endedBy, endedCalls, responsesEvent } from '../shapes/responses-events.ts'
import { lastTold } from './call-pieces.ts'
import type { JoinArguments } from './call-pieces.ts'
import { joinPartialArguments } from './partial-arguments.ts'
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
  readonly calls: CallRules
}

/** How streams of a format tell calls of tools. */
export interface CallRules {
  /** Beginnings of the names of calls that are complete with a frame; as of channels where it is absent. */
  readonly ended?: (data: JsonObject, event: string) => readonly string[]
  /** A frame tells whole calls: what another one tells under the same name is another call. */
  readonly areWhole?: boolean
  /** Texts may go on behind a call without saying that they ended before it. */
  readonly endTexts?: boolean
  /** How arguments are put together that were told as objects, frame by frame. */
  readonly join: JoinArguments
}

const sse = {
  openSplitter: createSseSplitter,
  wire: sseWire,
  saysEnds: true,
  repeats: () => false,
  calls: { join: lastTold },
}

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
  calls: { ended: endedGeminiCalls, endTexts: true, join: joinPartialArguments },
}

/** The streams of all formats. */
export const streamRules: Readonly<Record<FormatName, StreamRules>> = {
  'openai-chat': openAi,
  'openai-completions': openAi,
  'openai-responses': {
    ...sse,
    frame: of(responsesEvent),
    ended: endedBy,
    repeats: () => true,
    calls: { ended: endedCalls, join: lastTold },
  },
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
    calls: { areWhole: true, join: lastTold },
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
