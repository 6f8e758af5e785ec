import { asString } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import {
  protocol,
  changed,
  channelIn,
  derived,
  each,
  free,
  growing,
  members,
  of,
} from '../shape.ts'
import { opaque, text, url, within, word } from '../shape.ts'
import { always, isTextFile, responsesPart } from '../attachments.ts'
import { attaching, encoded } from '../shape.ts'
import type { Rule, Scope, Shape, Visit } from '../shape.ts'
import { answeredTool, calledTool } from '../tools.ts'
import {
  annotations,
  argumentsRule,
  errorRule,
  responseFormat,
  resultRule,
  toolArguments,
} from './common.ts'
import { documentText, toolDefinitions, toolResult, withFilename, withRole } from './common.ts'

const words = each(word, 'type', 'object', 'status', 'role', 'phase', 'detail', 'model', 'format')

/** @param prefix tells the channels of parts of a summary from those of content */
function partShape(prefix: string): Shape {
  const partMembers = members(words, each(opaque, 'file_id', 'file_data', 'data'), {
    text: growing(text, 'text'),
    refusal: growing(text, 'refusal'),
    transcript: growing(text, 'transcript'),
    filename: text,
    image_url: of({ members: members({ url }) }, { string: 'url' }),
    input_audio: of({ members: members({ data: opaque, format: word }) }),
    file_url: url,
    logprobs: derived,
    annotations,
  })
  const placedIn = (scope: Scope, { index }: Visit): Scope =>
    index === undefined ? scope : changed(scope, { channel: channelIn(scope, `${prefix}${index}`) })
  const textFile: Shape = {
    members: new Map([...partMembers, ['file_data', encoded]]),
    enter: (object, scope, visit) =>
      withFilename(object, changed(placedIn(scope, visit), documentText)),
  }
  return {
    members: partMembers,
    enter: (_, scope, visit) => placedIn(scope, visit),
    choose: (object) => (isTextFile(object) ? textFile : undefined),
  }
}

/** A part of content. */
export const contentPart: Rule = of(partShape(''), { attachment: responsesPart })
/** A part of a summary of reasoning. */
export const summaryPart: Rule = of(partShape('summary '))

const args: Rule = within(free, toolArguments)

/** An item of the input or the output. */
export const item: Shape = {
  first: ['summary'],
  members: members(words, each(opaque, 'id', 'call_id', 'encrypted_content'), {
    result: attaching(opaque, always('image')),
    execution: word,
    caller: protocol,
    content: contentPart,
    summary: summaryPart,
    name: text,
    server_label: text,
    arguments: growing(argumentsRule, 'arguments'),
    input: growing(within(text, toolArguments), 'input'),
    code: growing(within(text, toolArguments), 'code'),
    output: { ...contentPart, scope: toolResult },
    outputs: resultRule,
    results: within(free, documentText),
    tools: toolDefinitions,
    revised_prompt: text,
    ...each(args, 'action', 'queries', 'operation', 'commands'),
    error: of({ members: members(words, { message: text }) }, { scope: toolResult }),
  }),
  enter(object, scope, { index, tools, tell }) {
    const channel = index === undefined ? scope.channel : channelIn(scope, index)
    const call = index === undefined ? undefined : channel
    const placed = changed(scope, { channel, call })
    return itemScope(object, placed, { tools, tell })
  },
}

function itemScope(
  object: JsonObject,
  scope: Scope,
  { tools, tell }: Pick<Visit, 'tools' | 'tell'>,
): Scope {
  const type = asString(object['type']) ?? 'message'
  if (type === 'message') return withRole(scope, object['role'])
  const id = asString(object['call_id']) ?? ''
  if (type.endsWith('_output')) {
    tell?.(answeredTool(tools.get(id)))
    return changed(scope, { ...toolResult, source: tools.get(id) })
  }
  if (type === 'reasoning') return changed(scope, { role: 'assistant' })
  const name = asString(object['name']) ?? type.replace(/_call$/, '')
  if (type.endsWith('_call') || type === 'mcp_approval_request') {
    tell?.(calledTool(name, argumentsOf(object)))
  }
  if (id !== '') tools.set(id, name)
  if (scope.channel !== undefined) tools.set(scope.channel, name)
  return changed(scope, { role: 'assistant', source: name })
}

/** What a tool is called with, in whichever member a type of call has it. */
function argumentsOf(object: JsonObject): JsonValue | undefined {
  return argumentMembers.map((name) => object[name]).find((value) => value !== undefined)
}

const argumentMembers = ['arguments', 'input', 'code', 'action', 'operation', 'queries'] as const

const shared = {
  instructions: of(item, { scope: { role: 'system' } }),
  tools: toolDefinitions,
  tool_choice: of({ members: members(words, { name: word }) }, { string: 'word' }),
  text: of({ members: members({ format: responseFormat, verbosity: word }) }),
  metadata: free,
  prompt: of({ members: members({ id: word, version: word, variables: free }) }),
  reasoning: protocol,
  user: text,
  ...each(word, 'model', 'service_tier', 'truncation', 'include', 'previous_response_id'),
} as const satisfies Readonly<Record<string, Rule>>

/** Requests of the Responses API. */
export const responsesRequest: Shape = { members: members(shared, { input: of(item) }) }

/** A whole answer, the `response` of an event, and a list of items. */
export const response: Shape = {
  members: members(shared, words, {
    id: opaque,
    output: of(item, { scope: { role: 'assistant' } }),
    input: of(item, { scope: { role: 'user' } }),
    data: of(item),
    error: errorRule,
    incomplete_details: protocol,
    usage: protocol,
    billing: protocol,
  }),
}
