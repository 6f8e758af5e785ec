import { asArray, asObject, asString } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import {
  protocol,
  changed,
  channelIn,
  derived,
  each,
  encoded,
  free,
  growing,
  later,
  members,
  of,
} from '../shape.ts'
import { opaque, schema, text, unknown, url, within, word } from '../shape.ts'
import { geminiBlob } from '../attachments.ts'
import { kindOfMediaType } from '../file-types.ts'
import type { Rule, Scope, Shape, Visit } from '../shape.ts'
import { answeredTool, calledTool, offeredTool } from '../tools.ts'
import { errorRule, resultRule, toolArguments, toolDefinitions } from './common.ts'
import { documentText, withRole } from './common.ts'

/** Fields of protocol buffers, which may be written in either case. */
function fields(list: Readonly<Record<string, Rule>>): Readonly<Record<string, Rule>> {
  return Object.fromEntries(
    Object.entries(list).flatMap(([name, rule]) => [
      [name, rule],
      [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), rule],
    ]),
  )
}

const blobFields = { ...each(word, 'mimeType'), ...each(text, 'displayName'), fileUri: url }
const textBlob: Shape = {
  members: members(fields({ ...blobFields, data: encoded })),
  enter: (object, scope) =>
    changed(scope, {
      ...documentText,
      source: asString(object['displayName'] ?? object['display_name']),
    }),
}
const blob: Shape = {
  members: members(fields({ ...blobFields, data: opaque })),
  choose(object) {
    const type = asString(object['mimeType'] ?? object['mime_type'])
    return type !== undefined && kindOfMediaType(type) === 'text' ? textBlob : undefined
  },
}

/** A piece of an argument, in streams that tell arguments piece by piece. */
const partialArgument: Shape = {
  members: members(fields({ jsonPath: text, stringValue: growing(text, 'value') })),
  enter: (object, scope) =>
    changed(scope, { channel: channelIn(scope, `tool ${asString(object['jsonPath']) ?? ''}`) }),
}

const call: Shape = {
  members: members(
    fields({
      id: opaque,
      name: text,
      args: within(free, toolArguments),
      partialArgs: of(partialArgument, { scope: toolArguments }),
    }),
  ),
  other: within(free, toolArguments),
  enter(object, scope, { tools, tell }) {
    const name = asString(object['name'])
    tools.set(asString(object['id']) ?? '', name ?? '')
    const partial = object['partialArgs'] ?? object['partial_args']
    tell?.(calledTool(name ?? '', object['args'] ?? partial))
    return changed(scope, { source: name })
  },
}
const result: Shape = {
  members: members({ id: opaque, name: text, response: free, parts: later(() => part) }),
  enter(object, scope, { tell }) {
    const name = asString(object['name'])
    tell?.(answeredTool(name))
    return changed(scope, { source: name })
  },
}

/** Gemini's own tool. */
const codeTool = 'code_execution'

/** A part of a content. */
export const part: Shape = {
  members: members(
    fields({
      text: growing(text, 'text'),
      thoughtSignature: opaque,
      inlineData: of(blob, { attachment: geminiBlob }),
      fileData: of(blob, { attachment: geminiBlob }),
      functionCall: of(call),
      toolCall: of(call),
      functionResponse: of(result, { scope: resultRule.scope ?? {} }),
      toolResponse: resultRule,
      executableCode: of({
        members: members({ language: word, code: within(text, toolArguments) }),
        enter(object, scope, { tell }) {
          tell?.(calledTool(codeTool, object['code']))
          return scope
        },
      }),
      codeExecutionResult: of({
        members: members({ outcome: word, output: resultRule }),
        enter(_, scope, { tell }) {
          tell?.(answeredTool(codeTool))
          return scope
        },
      }),
    }),
  ),
  enter(object, scope, { index }) {
    const call = channelIn(scope, `call ${index ?? 0}`)
    const isThought = object['thought'] === true
    return changed(scope, { call, channel: isThought ? channelIn(scope, 'thought') : undefined })
  },
}

const content: Shape = {
  members: members({ role: word, parts: of(part) }),
  enter: (object, scope) => withRole(scope, object['role']),
}

const generationConfig: Shape = {
  members: members(
    fields({
      stopSequences: text,
      responseMimeType: word,
      responseSchema: schema,
      responseJsonSchema: schema,
      responseModalities: word,
      mediaResolution: word,
    }),
  ),
}

/** Tells of the tools that are offered by the name of their settings alone, such as `googleSearch`. */
function tellBuiltIn(object: JsonObject, scope: Scope, { tell }: Visit): Scope {
  if (tell === undefined) return scope
  for (const [name, settings] of Object.entries(object)) {
    if (/^function_?declarations$/i.test(name)) continue
    tell(offeredTool(name, asObject(settings) ?? {}))
  }
  return scope
}

const own = {
  contents: of(content),
  content: of(content),
  systemInstruction: of(content, { scope: { role: 'system' } }),
  tools: of({
    members: members(fields({ functionDeclarations: toolDefinitions })),
    enter: tellBuiltIn,
  }),
  toolConfig: protocol,
  generationConfig: of(generationConfig),
  safetySettings: protocol,
  labels: free,
  ...each(word, 'model', 'cachedContent', 'taskType', 'serviceTier'),
  title: text,
} as const satisfies Readonly<Record<string, Rule>>

/** Requests to generate, to count tokens and to embed. */
export const geminiRequest: Shape = {
  members: members(
    fields({
      ...own,
      requests: of({ members: members(fields(own)) }),
      generateContentRequest: of({ members: members(fields(own)) }),
      instances: of({ members: members({ content: text, title: text, task_type: word }) }),
    }),
  ),
}

const sourced: Rule = { ...free, scope: documentText }
const candidate: Shape = {
  members: members(
    fields({
      content: of(content),
      finishReason: word,
      finishMessage: text,
      safetyRatings: protocol,
      groundingMetadata: of({
        members: members(fields({ groundingChunks: sourced, webSearchQueries: text })),
        other: unknown,
      }),
      logprobsResult: derived,
    }),
  ),
  enter(object, scope, { index }) {
    return changed(scope, { channel: channelIn(scope, indexOf(object, index)) })
  },
}

/** Whole answers and the elements of a stream. */
export const geminiAnswer: Shape = {
  members: members(
    fields({
      candidates: of(candidate),
      promptFeedback: of({
        members: members({ blockReason: word, blockReasonMessage: text }),
      }),
      usageMetadata: protocol,
      ...each(word, 'modelVersion', 'createTime'),
      responseId: opaque,
      error: errorRule,
    }),
  ),
}

/** Number of a candidate. */
function indexOf(object: JsonObject, index: number | undefined): number {
  return Number(object['index'] ?? index ?? 0)
}

/** Beginnings of the channels that are complete once an element came. */
export function endedCandidates(object: JsonObject): readonly string[] {
  return asArray(object['candidates']).flatMap((element, index) => {
    const candidate = asObject(element) ?? {}
    const channel = indexOf(candidate, index)
    const reason = candidate['finishReason'] ?? candidate['finish_reason']
    if (typeof reason === 'string') return [`${channel}/`]
    const parts = asArray(asObject(candidate['content'])?.['parts'])
    return parts.flatMap((part) => endedArguments(asObject(part) ?? {}, channel))
  })
}

/** Beginnings of the names of calls that are complete once an element came. */
export function endedGeminiCalls(object: JsonObject): readonly string[] {
  return asArray(object['candidates']).flatMap((element, index) => {
    const candidate = asObject(element) ?? {}
    const channel = indexOf(candidate, index)
    const reason = candidate['finishReason'] ?? candidate['finish_reason']
    if (typeof reason === 'string') return [`${channel}/`]
    const parts = asArray(asObject(candidate['content'])?.['parts'])
    return parts.flatMap((element, number) => {
      const part = asObject(element)
      const call = asObject(part?.['functionCall'] ?? part?.['function_call'])
      const goesOn = (call?.['willContinue'] ?? call?.['will_continue']) === true
      return goesOn ? [] : [`${channel}/call ${number}/`]
    })
  })
}

function endedArguments(part: JsonObject, channel: number): readonly string[] {
  const call = asObject(part['functionCall'])
  return asArray(call?.['partialArgs']).flatMap((element) => {
    const argument = asObject(element)
    const isEnded = argument?.['willContinue'] !== true
    return isEnded ? [`${channel}/tool ${asString(argument?.['jsonPath']) ?? ''}/`] : []
  })
}
