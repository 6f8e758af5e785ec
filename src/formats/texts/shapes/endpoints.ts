import { asString } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { FindAttachment } from '../attachments.ts'
import { always } from '../attachments.ts'
import {
  changed,
  derived,
  each,
  free,
  growing,
  later,
  members,
  of,
  opaque,
  protocol,
  text,
  url,
  word,
} from '../shape.ts'
import type { Rule, Shape } from '../shape.ts'
import { errorRule } from './common.ts'
import { openAiRequest } from './openai-chat.ts'

const looks = each(word, 'quality', 'size', 'background', 'output_format', 'moderation', 'style')
const picture: Rule = of(
  { members: members({ image_url: url, file_id: opaque }) },
  { string: 'opaque', attachment: always('image') },
)

/** Requests of images as JSON. */
export const imagesRequest: Shape = {
  members: new Map([
    ...openAiRequest.members,
    ...members(looks, each(picture, 'image', 'images', 'mask')),
  ]),
}

const madeImage: FindAttachment = (value) => {
  const isThere = typeof value === 'object' && (value['b64_json'] ?? value['url']) !== undefined
  return isThere ? { type: 'image', isReadable: false } : undefined
}
const imageMembers = {
  ...looks,
  ...each(word, 'type', 'object'),
  b64_json: opaque,
  url,
  revised_prompt: text,
  usage: protocol,
  error: errorRule,
} as const

/** Answers with images. */
export const imagesAnswer: Shape = {
  members: members(imageMembers, {
    data: of({ members: members(imageMembers) }, { attachment: madeImage }),
  }),
}

const said: Rule = of({ members: members({ word: text, speaker: text, type: word }) })
const spokenMembers = {
  ...each(word, 'task', 'language', 'type', 'model', 'object'),
  text,
  segments: of({
    members: members({
      text: growing(text, 'text'),
      speaker: text,
      tokens: protocol,
      words: derived,
      ...each(word, 'id', 'type'),
    }),
  }),
  logprobs: derived,
  usage: protocol,
  x_groq: protocol,
  error: errorRule,
} as const

/** Transcriptions and translations of sound. Words one by one only repeat the text, where there is one. */
export const transcription: Shape = {
  members: members(spokenMembers, { words: derived }),
  choose: (object) => ((asString(object['text']) ?? '') === '' ? onlyWords : undefined),
}
const onlyWords: Shape = { members: members(spokenMembers, { words: said }) }

/** Answers of moderation: numbers, and words of the protocol. */
export const moderationsAnswer: Shape = {
  members: members({ id: opaque, model: word, error: errorRule }),
  other: protocol,
}
/** Answers that count tokens. */
export const countAnswer: Shape = { members: members({ error: errorRule }), other: protocol }

/** Requests of batches. */
export const batchesRequest: Shape = {
  members: members(each(word, 'endpoint', 'completion_window', 'model'), {
    input_file_id: opaque,
    output_expires_after: protocol,
    metadata: free,
  }),
}

/** Files and batches as they are kept, and lists of them. */
export const storedObject: Shape = {
  members: members(
    each(word, 'object', 'purpose', 'status', 'endpoint', 'completion_window', 'model'),
    each(opaque, 'id', 'first_id', 'last_id', 'input_file_id', 'output_file_id', 'error_file_id'),
    {
      filename: text,
      status_details: text,
      metadata: free,
      request_counts: protocol,
      usage: protocol,
      errors: of({ members: members({ object: word, data: errorRule }) }),
      error: errorRule,
      data: later(() => storedObject),
    },
  ),
}

/** Events of streams that are none of chat: of transcriptions, of images and of speech. */
const spokenEvent: Shape = {
  members: members(each(word, 'type', 'segment_id', 'id'), {
    delta: growing(text, 'text'),
    speaker: text,
    logprobs: derived,
    usage: protocol,
    error: errorRule,
  }),
  enter: (_, scope) => changed(scope, { channel: spokenChannel }),
}
const spokenSegment: Shape = {
  members: new Map([...spokenEvent.members, ['text', growing(text, 'segment')]]),
  enter: (_, scope) => changed(scope, { channel: spokenChannel }),
}
const spokenWhole: Shape = {
  members: new Map([...spokenEvent.members, ['text', growing(text, 'text')]]),
  enter: (_, scope) => changed(scope, { channel: spokenChannel, repeats: true }),
}
const imageEvent: Shape = { members: members(imageMembers) }
const speechEvent: Shape = {
  members: members(each(word, 'type'), { audio: opaque, delta: opaque, usage: protocol }),
}

/** Beginning of the channels of a transcription. */
export const spokenChannel = 'transcript'

/** Returns what an event of such a stream looks like; `undefined` for what is none. */
export function mediaEvent(object: JsonObject): Shape | undefined {
  const type = asString(object['type'])
  if (type === undefined) return undefined
  if (type === 'transcript.text.segment') return spokenSegment
  if (type === 'transcript.text.done') return spokenWhole
  if (type.startsWith('transcript.')) return spokenEvent
  if (type.startsWith('speech.')) return speechEvent
  return type.startsWith('image_') ? imageEvent : undefined
}
