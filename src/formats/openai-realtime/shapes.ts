import { asNumber, asString } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import {
  changed,
  channelIn,
  derived,
  each,
  free,
  growing,
  members,
  of,
  opaque,
  protocol,
  text,
  url,
  within,
  word,
} from '../texts/shape.ts'
import type { Rule, Scope, Shape, Visit } from '../texts/shape.ts'
import { argumentsRule, errorRule, toolDefinitions } from '../texts/shapes/common.ts'
import {
  contentPart as responsesPart,
  item as responsesItem,
} from '../texts/shapes/openai-responses.ts'

/*
 * Events of realtime sessions, in the words of the beta and of the GA interface. Their items are those of the
 * Responses API, with sound. What is not known may hold text like anything else.
 * https://platform.openai.com/docs/api-reference/realtime
 */

const sound = each(opaque, 'audio')

/** A part of content: as in the Responses API, and sound with its transcript. */
const part: Rule = {
  ...responsesPart,
  shape: {
    ...responsesPart.shape,
    members: new Map([
      ...responsesPart.shape.members,
      ...members(sound, { transcript: growing(text, 'transcript') }),
    ]),
  },
}

/** An item of the conversation. The channels of its texts begin with its id, which every event of it names. */
const item: Shape = {
  ...responsesItem,
  members: new Map([...responsesItem.members, ['content', part]]),
  enter(object, scope, visit) {
    const placed = changed(scope, { channel: nameOf(object['id']) ?? scope.channel })
    return responsesItem.enter?.(object, placed, { ...visit, index: undefined }) ?? placed
  },
}

const transcriptionSettings: Rule = of({
  members: members(each(word, 'model', 'language', 'delay'), { prompt: text }),
})

const soundSettings: Rule = of({
  members: members({
    input: of({
      members: members(each(protocol, 'format', 'turn_detection', 'noise_reduction'), {
        transcription: transcriptionSettings,
      }),
    }),
    output: of({ members: members(each(protocol, 'format', 'voice', 'speed')) }),
  }),
})

/** What is set for a session and for a response alike. */
const settings = {
  ...each(word, 'type', 'object', 'model', 'status', 'max_output_tokens', 'conversation'),
  ...each(word, 'max_response_output_tokens', 'input_audio_format', 'output_audio_format'),
  ...each(
    protocol,
    'modalities',
    'output_modalities',
    'voice',
    'include',
    'truncation',
    'reasoning',
  ),
  ...each(protocol, 'turn_detection', 'input_audio_noise_reduction', 'tool_choice'),
  ...each(opaque, 'id', 'conversation_id', 'expires_at'),
  instructions: within(text, { role: 'system' }),
  tools: toolDefinitions,
  audio: soundSettings,
  input_audio_transcription: transcriptionSettings,
  prompt: of({ members: members({ id: word, version: word, variables: free }) }),
  metadata: free,
  tracing: of({ members: members({ workflow_name: text, group_id: text, metadata: free }) }),
  client_secret: of({ members: members(each(opaque, 'value')) }),
} as const satisfies Readonly<Record<string, Rule>>

const session: Shape = { members: members(settings) }

const response: Shape = {
  members: members(settings, {
    output: of(item, { scope: { role: 'assistant' } }),
    input: of(item, { scope: { role: 'user' } }),
    usage: protocol,
    status_details: of({ members: members(each(word, 'type', 'reason'), { error: errorRule }) }),
  }),
}

const common = {
  ...each(word, 'type', 'code', 'param', 'name'),
  ...each(opaque, 'event_id', 'item_id', 'response_id', 'previous_item_id', 'call_id'),
  ...each(opaque, 'obfuscation', 'audio', 'speaker'),
  ...each(protocol, 'rate_limits', 'usage', 'conversation'),
  item: of(item),
  part,
  session: of(session),
  response: of(response),
  logprobs: derived,
  image_url: url,
  error: {
    ...errorRule,
    shape: {
      ...errorRule.shape,
      members: new Map([...errorRule.shape.members, ['event_id', opaque]]),
    },
  },
} as const satisfies Readonly<Record<string, Rule>>

/** Texts of events by their own members; `delta` is told by the type. */
const said = {
  text: growing(text, 'text'),
  transcript: growing(text, 'transcript'),
  refusal: growing(text, 'refusal'),
  arguments: growing(argumentsRule, 'arguments'),
} as const satisfies Readonly<Record<string, Rule>>

const soundDelta = /audio\.delta$/

/** An event that carries a piece of a text, or of sound. */
const pieces: ReadonlyMap<string, Shape> = new Map([
  ['sound', { members: members(common, { delta: opaque }) }],
  ['arguments', eventShape({ delta: growing(argumentsRule, 'arguments') })],
  ['transcript', eventShape({ delta: growing(text, 'transcript') })],
  ['text', eventShape({ delta: growing(text, 'text') })],
])

const wholeEvent = eventShape({ delta: growing(text, 'delta') })

const realtimeEvent: Shape = {
  members: wholeEvent.members,
  choose(object) {
    const type = asString(object['type']) ?? ''
    return (type.endsWith('.delta') ? pieces.get(pieceOf(type)) : undefined) ?? wholeEvent
  },
}

/** What an event of either side is. */
export const eventRule: Rule = of(realtimeEvent)

function pieceOf(type: string): string {
  if (soundDelta.test(type)) return 'sound'
  if (type.includes('arguments')) return 'arguments'
  return type.includes('transcript') ? 'transcript' : 'text'
}

function eventShape(own: Readonly<Record<string, Rule>>): Shape {
  return { members: members(common, said, own), enter: placed }
}

/** The texts of an event belong to the item that it names, and to the part of its content. */
function placed(object: JsonObject, scope: Scope, { tools }: Visit): Scope {
  const owner = nameOf(object['item_id'])
  const index = asNumber(object['content_index'])
  if (owner === undefined) return changed(scope, { channel: nameOf(object['response_id']) })
  const source = tools.get(owner)
  const channel = changed(scope, { channel: owner })
  const placedIn = index === undefined ? owner : channelIn(channel, index)
  return changed(scope, { channel: placedIn, source })
}

/** Returns the beginning of the names of channels for an id; a slash parts them. */
export function nameOf(id: unknown): string | undefined {
  const name = asString(id)
  return name === undefined || name === '' ? undefined : name.replaceAll('/', '_')
}

/** Returns the name of the item that a channel belongs to. */
export function ownerOf(channel: string): string {
  return channel.slice(0, channel.indexOf('/'))
}
