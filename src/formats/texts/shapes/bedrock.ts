import { asNumber, asString } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import {
  protocol,
  changed,
  channelIn,
  each,
  encoded,
  free,
  growing,
  later,
  members,
  of,
} from '../shape.ts'
import { opaque, text, unknown, url, word } from '../shape.ts'
import { always, converseDocument } from '../attachments.ts'
import type { Rule, Shape } from '../shape.ts'
import { answeredTool, calledTool } from '../tools.ts'
import {
  argumentsRule,
  documentText,
  resultRule,
  toolArguments,
  toolDefinitions,
} from './common.ts'
import { toolResult, withRole, withTitle } from './common.ts'

const textFormats: ReadonlySet<unknown> = new Set<unknown>(['txt', 'csv', 'html', 'md'])

function media(bytes: Rule): Shape {
  const source = members({ bytes, text, s3Location: of({ members: members({ uri: url }) }) })
  return {
    members: members(each(text, 'name', 'title', 'context', 'source'), {
      format: word,
      source: of({ members: new Map([...source, ['content', later(() => block)]]) }),
      content: later(() => block),
    }),
    enter: withTitle,
    choose: (object) =>
      bytes !== encoded && textFormats.has(object['format']) ? textDocument : undefined,
  }
}
const textDocument: Shape = media(encoded)
const binary: Rule = of(media(opaque))
const searchResult: Rule = of(media(opaque), { scope: documentText })
const document: Rule = { ...searchResult, attachment: converseDocument }

const reasoning: Shape = {
  members: members({
    text: growing(text, 'reasoning'),
    signature: opaque,
    redactedContent: opaque,
    reasoningText: later(() => reasoning),
  }),
}
const guarded: Rule = of({ members: members({ text: later(() => block) }) })

/** A use of a tool, or a piece of one. */
const toolUse: Shape = {
  members: members({
    toolUseId: opaque,
    name: text,
    type: word,
    input: growing(argumentsRule, 'arguments'),
  }),
  enter(object, scope, { tools, tell }) {
    const key = scope.channel ?? asString(object['toolUseId']) ?? ''
    const name = asString(object['name'])
    if (name !== undefined) tools.set(key, name)
    if (name !== undefined) tell?.(calledTool(name, object['input']))
    return changed(scope, { ...toolArguments, source: tools.get(key) })
  },
}
const toolResultShape: Shape = {
  members: members({ toolUseId: opaque, status: word, type: word, content: later(() => block) }),
  enter(object, scope, { tools, tell }) {
    const name = tools.get(asString(object['toolUseId']) ?? '')
    tell?.(answeredTool(name))
    return changed(scope, { ...toolResult, source: name })
  },
}

/** A content block, or the delta of one. */
export const block: Shape = {
  members: members({
    image: { ...binary, attachment: always('image') },
    video: { ...binary, attachment: always('video') },
    audio: { ...binary, attachment: always('audio') },
    text: growing(text, 'text'),
    document,
    searchResult,
    json: free,
    toolUse: of(toolUse),
    toolResult: of(toolResultShape),
    reasoningContent: of(reasoning),
    guardContent: guarded,
    cachePoint: of({ members: members(each(word, 'type', 'ttl')) }),
    citationsContent: of({ members: members({ content: later(() => block) }), other: unknown }),
  }),
}

const message: Shape = {
  members: members({ role: word, content: of(block) }),
  enter: (object, scope) => withRole(scope, object['role']),
}

const tool: Shape = {
  members: members({
    toolSpec: toolDefinitions,
    cachePoint: of({ members: members(each(word, 'type', 'ttl')) }),
  }),
  other: unknown,
}

/** The schema stands there as JSON text. */
const structured: Rule = of({
  members: members({
    jsonSchema: of({ members: members({ name: text, description: text, schema: text }) }),
  }),
})

/** Requests of Converse. */
export const converseRequest: Shape = {
  members: members({
    system: of(block, { scope: { role: 'system' } }),
    messages: of(message),
    toolConfig: of({
      members: members({ tools: of(tool), toolChoice: protocol }),
    }),
    outputConfig: of({
      members: members({
        textFormat: of({ members: members({ type: word, structure: structured }) }),
      }),
    }),
    inferenceConfig: of({ members: members({ stopSequences: text }) }),
    ...each(free, 'additionalModelRequestFields', 'requestMetadata'),
    promptVariables: free,
    additionalModelResponseFieldPaths: word,
    guardrailConfig: protocol,
    performanceConfig: protocol,
    serviceTier: protocol,
  }),
}

const ending = {
  role: word,
  stopReason: word,
  p: opaque,
  additionalModelResponseFields: free,
  usage: protocol,
  trace: resultRule,
} as const satisfies Readonly<Record<string, Rule>>

/** Answers of Converse. */
export const converseAnswer: Shape = {
  members: members(ending, { output: of({ members: members({ message: of(message) }) }) }),
}

/** The payload of an event of ConverseStream. */
export const converseEvent: Shape = {
  members: members(ending, {
    start: of(block),
    delta: of({
      members: new Map([...block.members, ...members({ citation: of({ members: members() }) })]),
    }),
    message: text,
  }),
  enter(object, scope, { tools }) {
    const index = asNumber(object['contentBlockIndex'])
    const channel = index === undefined ? scope.channel : channelIn(scope, index)
    return changed(scope, { channel, call: channel, source: tools.get(channel ?? '') })
  },
}

/** Beginnings of the channels that are complete with an event. */
export function endedBlocks(object: JsonObject, event: string): readonly string[] {
  if (event === 'messageStop' || event === 'metadata') return ['']
  return event === 'contentBlockStop' ? [`${asNumber(object['contentBlockIndex']) ?? 0}/`] : []
}
