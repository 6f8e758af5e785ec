import { asNumber, asString } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import {
  protocol,
  changed,
  each,
  free,
  growing,
  later,
  members,
  of,
  opaque,
  text,
  unknown,
  url,
  within,
  word,
} from '../shape.ts'
import { anthropicBlock } from '../attachments.ts'
import { kindOfMediaType } from '../file-types.ts'
import { encoded } from '../shape.ts'
import type { Rule, Scope, Shape, Visit } from '../shape.ts'
import { answeredTool, calledTool } from '../tools.ts'
import { argumentsRule, documentText, errorRule, responseFormat } from './common.ts'
import { toolArguments, toolDefinitions, toolResult, withRole, withTitle } from './common.ts'

const words = each(word, 'type', 'role', 'model', 'stop_reason', 'media_type', 'error_code')
const cacheControl: Rule = of({ members: members(each(word, 'type', 'ttl')) })

const source: Shape = {
  members: members(words, { url, file_id: opaque, data: opaque, content: later(() => block) }),
  choose(object) {
    if (object['type'] === 'text') return textSource
    const type = asString(object['media_type'])
    return type !== undefined && kindOfMediaType(type) === 'text' ? encodedSource : undefined
  },
}
const textSource: Shape = { members: members(words, { data: text }) }
const encodedSource: Shape = { members: members(words, { data: encoded }) }

/** A content block. */
export const block: Shape = {
  members: members(words, each(opaque, 'id', 'tool_use_id', 'signature', 'data', 'file_id'), {
    text: growing(text, 'text'),
    thinking: growing(text, 'thinking'),
    name: text,
    title: text,
    context: text,
    server_name: text,
    input: within(free, toolArguments),
    source: of(source),
    url,
    cache_control: cacheControl,
    caller: protocol,
    from: protocol,
    to: protocol,
    encrypted_content: opaque,
    ...each(text, 'stdout', 'stderr', 'page_age'),
    citations: of({
      members: members(words, { url, encrypted_index: opaque, file_id: opaque }),
      other: unknown,
    }),
    content: later(() => block, { attachment: anthropicBlock }),
  }),
  enter: blockScope,
}
const blocks: Rule = of(block, { attachment: anthropicBlock })

function blockScope(object: JsonObject, scope: Scope, { tools, tell }: Visit): Scope {
  const type = asString(object['type']) ?? ''
  if (type.endsWith('tool_use')) {
    const name = asString(object['name']) ?? ''
    const id = scope.channel ?? asString(object['id'])
    if (id !== undefined) tools.set(id, name)
    tell?.(calledTool(name, object['input']))
    return changed(scope, { source: name })
  }
  if (type.endsWith('tool_result')) {
    const name = tools.get(asString(object['tool_use_id']) ?? '')
    tell?.(answeredTool(name))
    return changed(scope, { ...toolResult, source: name })
  }
  const isDocument = type === 'document' || type === 'search_result'
  return isDocument ? withTitle(object, changed(scope, documentText)) : scope
}

const message: Shape = {
  members: members(words, { content: blocks }),
  enter: (object, scope) => withRole(scope, object['role']),
}

/** Requests of the Messages API, also at Bedrock; and those that count tokens. */
export const anthropicRequest: Shape = {
  members: members(words, each(word, 'service_tier', 'anthropic_version', 'anthropic_beta'), {
    system: of(block, { scope: { role: 'system' } }),
    messages: of(message),
    tools: toolDefinitions,
    tool_choice: of({ members: members({ type: word, name: word }) }),
    metadata: free,
    stop_sequences: text,
    thinking: of({ members: members(each(word, 'type', 'display')) }),
    output_format: responseFormat,
    output_config: of({ members: members({ effort: word, format: responseFormat }) }),
    cache_control: cacheControl,
    container: of({ members: members({ id: opaque }), other: unknown }, { string: 'opaque' }),
  }),
}

/** Whole answers. */
export const anthropicAnswer: Shape = {
  members: members(words, {
    id: opaque,
    content: blocks,
    stop_sequence: text,
    error: errorRule,
    request_id: word,
    container: protocol,
    stop_details: protocol,
    usage: protocol,
  }),
}

const delta: Shape = {
  members: members(words, {
    text: growing(text, 'text'),
    thinking: growing(text, 'thinking'),
    partial_json: growing(argumentsRule, 'arguments'),
    signature: opaque,
    stop_sequence: text,
    container: protocol,
    stop_details: protocol,
    citation: of({ members: members(words, { url, encrypted_index: opaque }), other: unknown }),
  }),
}

/** An event of a stream. */
export const anthropicEvent: Shape = {
  members: members(words, {
    message: of(anthropicAnswer),
    content_block: of(block),
    delta: of(delta),
    error: errorRule,
    usage: protocol,
  }),
  enter(object, scope, { tools }) {
    const channel = String(asNumber(object['index']) ?? '')
    return changed(scope, { channel, call: channel, source: tools.get(channel) })
  },
}
