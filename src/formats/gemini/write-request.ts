import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralMessage, NeutralRequest, NeutralTool, ToolChoice } from '../neutral.ts'
import { writeThinking } from './thinking.ts'
import { writeParts } from './write-parts.ts'

/**
 * Writes the body of `generateContent`, without model and streaming, which its path says. What Gemini
 * cannot express is warned about; arguments of a call that are no JSON object and results without their
 * call throw `invalid_request`.
 */
export function writeRequest(request: NeutralRequest, warn: Warn): JsonObject {
  const { system, contents } = writeConversation(request, warn)
  const generationConfig: JsonObject = {
    ...writeSampling(request, warn),
    ...writeResponseShape(request, warn),
    ...writeThinking(request, warn),
  }
  if (request.userId !== undefined) warn({ type: 'dropped', field: 'user' })
  return {
    contents,
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    ...writeTools(request, warn),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
  }
}

interface Turn {
  readonly source: NeutralMessage['role']
  readonly parts: JsonObject[]
}

/** Writes the turns: system messages move to the top, neighbours of one kind become one content. */
function writeConversation(
  { messages, model }: NeutralRequest,
  warn: Warn,
): { readonly system: JsonObject[]; readonly contents: JsonObject[] } {
  const system: JsonObject[] = []
  const turns: Turn[] = []
  const names = new Map<string, string>()
  for (const [index, message] of messages.entries()) {
    const { role, name } = message
    const path = `messages[${index}]`
    if (name !== undefined) warn({ type: 'dropped', field: `${path}.name` })
    const parts = writeParts(message, { path, role, model, names, warn })
    if (parts.length === 0) continue
    const last = turns.at(-1)
    if (role === 'system') {
      if (turns.length > 0) warn({ type: 'changed', field: path, detail: 'moved to the top' })
      system.push(...parts)
    } else if (last?.source === role) last.parts.push(...parts)
    else turns.push({ source: role, parts: [...parts] })
  }
  if (turns.length === 0 && system.length > 0) {
    warn({ type: 'changed', field: 'messages', detail: 'sent as a user message' })
    turns.push({ source: 'user', parts: system.splice(0) })
  }
  const contents = turns.map(({ source, parts }) => ({
    role: source === 'assistant' ? 'model' : 'user',
    parts,
  }))
  return { system, contents }
}

function writeTools(request: NeutralRequest, warn: Warn): JsonObject {
  const { tools = [], toolChoice, parallelToolCalls } = request
  if (tools.length === 0) {
    const isDemand = toolChoice?.type === 'required' || toolChoice?.type === 'tool'
    if (isDemand) warn({ type: 'dropped', field: 'tool_choice' })
    return {}
  }
  if (parallelToolCalls === false) warn({ type: 'dropped', field: 'parallel_tool_calls' })
  const functionDeclarations = tools.map((tool, index) => writeTool(tool, `tools[${index}]`, warn))
  return {
    tools: [{ functionDeclarations }],
    ...(toolChoice !== undefined && {
      toolConfig: { functionCallingConfig: writeToolChoice(toolChoice) },
    }),
  }
}

function writeTool(tool: NeutralTool, path: string, warn: Warn): JsonObject {
  if (tool.strict === true) warn({ type: 'dropped', field: `${path}.strict` })
  if (tool.cacheMark !== undefined) warn({ type: 'dropped', field: `${path}.cache_control` })
  return {
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    ...(tool.parameters !== undefined && { parametersJsonSchema: tool.parameters }),
  }
}

function writeToolChoice(choice: ToolChoice): JsonObject {
  switch (choice.type) {
    case 'auto':
      return { mode: 'AUTO' }
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] }
    default:
      return choice satisfies never
  }
}

const maxStopSequences = 5
const mostSeed = 2 ** 31 - 1

function writeSampling(request: NeutralRequest, warn: Warn): JsonObject {
  const { temperature, topP, topK, maxOutputTokens, seed, stopSequences = [] } = request
  if (stopSequences.length > maxStopSequences) {
    warn({ type: 'changed', field: 'stop', detail: `only the first ${maxStopSequences} sent` })
  }
  const fitsSeed = seed === undefined || Math.abs(seed) <= mostSeed
  if (!fitsSeed) warn({ type: 'dropped', field: 'seed' })
  return withoutAbsent({
    temperature,
    topP,
    topK,
    maxOutputTokens,
    seed: fitsSeed ? seed : undefined,
    stopSequences: stopSequences.length > 0 ? stopSequences.slice(0, maxStopSequences) : undefined,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
  })
}

function withoutAbsent(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function writeResponseShape({ responseShape }: NeutralRequest, warn: Warn): JsonObject {
  if (responseShape === undefined || responseShape.type === 'text') return {}
  const responseMimeType = 'application/json'
  if (responseShape.type === 'json') return { responseMimeType }
  if (responseShape.description !== undefined) {
    warn({ type: 'dropped', field: 'response_format.json_schema.description' })
  }
  return { responseMimeType, responseJsonSchema: responseShape.schema }
}
