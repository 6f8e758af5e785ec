import { asNumber, asString } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import {
  changed,
  derived,
  each,
  growing,
  members,
  of,
  opaque,
  text,
  within,
  word,
} from '../shape.ts'
import type { Rule, Scope, Shape, Visit } from '../shape.ts'
import { annotations, argumentsRule, errorRule, toolArguments } from './common.ts'
import { contentPart, item, response, summaryPart } from './openai-responses.ts'

const common = {
  ...each(word, 'type', 'code', 'param'),
  ...each(opaque, 'item_id', 'obfuscation', 'partial_image_b64', 'event_id', 'response_id'),
  logprobs: derived,
  annotation: annotations,
  error: errorRule,
} as const satisfies Readonly<Record<string, Rule>>

const code: Rule = within(text, toolArguments)

/** Texts that come in deltas, by the type of their events without its end. */
const streamed: Readonly<Record<string, readonly [member: string, rule: Rule]>> = {
  'response.output_text': ['text', text],
  'response.refusal': ['refusal', text],
  'response.reasoning_text': ['text', text],
  'response.reasoning_summary_text': ['text', text],
  'response.output_audio_transcript': ['transcript', text],
  'response.audio.transcript': ['transcript', text],
  'response.function_call_arguments': ['arguments', argumentsRule],
  'response.mcp_call_arguments': ['arguments', argumentsRule],
  'response.custom_tool_call_input': ['input', code],
  'response.code_interpreter_call_code': ['code', code],
}

const wholeShape: Shape = {
  members: members(common, { response: of(response) }),
  enter: (_, scope) => changed(scope, { channel: '', repeats: true }),
}

const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ...Object.entries(streamed).flatMap(([type, [member, rule]]): [string, Shape][] => [
    [`${type}.delta`, eventShape({ delta: growing(rule, member) })],
    [`${type}.done`, eventShape({ [member]: growing(rule, member), name: text }, true)],
  ]),
  ['response.content_part.added', eventShape({ part: contentPart })],
  ['response.content_part.done', eventShape({ part: contentPart }, true)],
  ['response.reasoning_summary_part.added', eventShape({ part: summaryPart })],
  ['response.reasoning_summary_part.done', eventShape({ part: summaryPart }, true)],
  ['response.output_item.added', eventShape({ item: of(item) })],
  ['response.output_item.done', eventShape({ item: of(item) }, true)],
  ['response.audio.delta', eventShape({ delta: opaque })],
  ['response.output_audio.delta', eventShape({ delta: opaque })],
  ...['created', 'in_progress', 'queued', 'completed', 'incomplete', 'failed', 'cancelled'].map(
    (type): [string, Shape] => [`response.${type}`, wholeShape],
  ),
])

function eventShape(own: Readonly<Record<string, Rule>>, repeats = false): Shape {
  return {
    members: members(common, own),
    enter: (object, scope, visit) => ({ ...placed(object, scope, visit), repeats }),
  }
}

/** The channel of an event: that of its item, and of the part it names. */
function placed(object: JsonObject, scope: Scope, { tools }: Visit): Scope {
  const output = String(asNumber(object['output_index']) ?? 0)
  const source = tools.get(output)
  return changed(scope, { channel: channelOf(object), call: output, source })
}

function channelOf(object: JsonObject): string {
  const output = asNumber(object['output_index']) ?? 0
  const content = asNumber(object['content_index'])
  const summary = asNumber(object['summary_index'])
  if (summary !== undefined) return `${output}/summary ${summary}`
  return content === undefined ? String(output) : `${output}/${content}`
}

const unknownEvent: Shape = { members: members(common) }

/** An event of a stream of the Responses API. */
export const responsesEvent: Shape = {
  members: unknownEvent.members,
  choose: (object) => shapes.get(asString(object['type']) ?? '') ?? unknownEvent,
}

/** Beginnings of the names of calls that are complete once an event came: all is told when their item is done. */
export function endedCalls(object: JsonObject): readonly string[] {
  const type = asString(object['type']) ?? ''
  const isPart = type.endsWith('.done') && type !== 'response.output_item.done'
  return isPart ? [] : endedBy(object)
}

/** Beginnings of the channels that are complete once an event came. */
export function endedBy(object: JsonObject): readonly string[] {
  const type = asString(object['type']) ?? ''
  if (/^response\.(?:completed|incomplete|failed|cancelled)$/.test(type)) return ['']
  if (!type.endsWith('.done')) return []
  return [`${channelOf(object)}/`]
}
