import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralMessage, NeutralRequest, NeutralTool, ToolChoice } from '../neutral.ts'
import { takesCachePoints } from './family.ts'
import { writeModelFields } from './model-fields.ts'
import { cachePoint, createBlockWriter, type BlockWriter } from './write-blocks.ts'

/**
 * Writes the body of Converse and ConverseStream; the model stands in the path. What Bedrock cannot
 * express is warned about; arguments of a tool call in the history that are no JSON object throw
 * `invalid_request`.
 */
export function writeRequest(request: NeutralRequest, warn: Warn): JsonObject {
  const withCachePoints = takesCachePoints(request.model)
  const blocks = createBlockWriter({ warn, withCachePoints })
  const { system, messages } = writeConversation(request.messages, blocks, warn)
  const fields = writeModelFields(request, warn)
  const textFormat = writeResponseShape(request, warn)
  const outputConfig = {
    ...(textFormat !== undefined && { textFormat }),
    ...(fields.effort !== undefined && { effort: fields.effort }),
  }
  warnOfAlienFields(request, warn)
  return {
    ...(system.length > 0 && { system: [...system] }),
    messages: [...messages],
    ...present('inferenceConfig', fields.inferenceConfig),
    ...writeTools(request, { warn, withCachePoints, hasChoice: fields.hasToolChoice }),
    ...present('additionalModelRequestFields', fields.additional),
    ...(fields.responsePaths.length > 0 && {
      additionalModelResponseFieldPaths: [...fields.responsePaths],
    }),
    ...present('outputConfig', outputConfig),
  }
}

function present(name: string, value: JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value }
}

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly blocks: JsonObject[]
}

interface Conversation {
  readonly system: readonly JsonObject[]
  readonly messages: readonly JsonObject[]
}

/**
 * Writes the turns: system messages move to the top, neighbours of one side become one turn, and in a
 * user turn the tool results come first.
 */
function writeConversation(
  messages: readonly NeutralMessage[],
  writer: BlockWriter,
  warn: Warn,
): Conversation {
  const system: JsonObject[] = []
  const turns: Turn[] = []
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`
    if (message.name !== undefined) warn({ type: 'dropped', field: `${path}.name` })
    const blocks = writer.write(message, path)
    if (blocks.length === 0) continue
    if (message.role === 'system') {
      if (turns.length > 0) warn({ type: 'changed', field: path, detail: 'moved to the top' })
      system.push(...blocks)
      continue
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.blocks.push(...blocks)
    else turns.push({ role, blocks: [...blocks] })
  }
  trimPrefill(turns, warn)
  if (turns.length === 0 && system.length > 0) {
    warn({ type: 'changed', field: 'messages', detail: 'sent as a user message' })
    turns.push({ role: 'user', blocks: system.splice(0) })
  }
  return { system, messages: turns.map((turn, index) => writeTurn(turn, index, warn)) }
}

function writeTurn({ role, blocks }: Turn, index: number, warn: Warn): JsonObject {
  const results = blocks.filter(isOfResult)
  const others = blocks.filter((block, at) => !isOfResult(block, at, blocks))
  const content = results.length === 0 ? [...blocks] : [...results, ...others]
  const isBare = role === 'user' && content.every((block) => !('text' in block))
  if (isBare && content.some((block) => 'document' in block)) {
    // A document without words beside it is refused.
    const field = `messages[${index}].content`
    warn({ type: 'changed', field, detail: 'a text was added beside the document' })
    content.push({ text: 'See the document.' })
  }
  return { role, content }
}

/** Tells whether a block is a tool result or the cache point behind one. */
function isOfResult(block: JsonObject, index: number, blocks: readonly JsonObject[]): boolean {
  if ('toolResult' in block) return true
  const before = blocks[index - 1]
  return 'cachePoint' in block && before !== undefined && 'toolResult' in before
}

/** Cuts white space from the end of an answer's given beginning, which Claude refuses there. */
function trimPrefill(turns: readonly Turn[], warn: Warn): void {
  const turn = turns.at(-1)
  const text = turn?.blocks.at(-1)?.['text']
  if (turn?.role !== 'assistant' || typeof text !== 'string' || !/\s$/.test(text)) return
  turn.blocks.splice(-1, 1, { text: text.trimEnd() })
  warn({ type: 'changed', field: 'messages', detail: 'white space at the end was cut' })
}

interface ToolOptions {
  readonly warn: Warn
  readonly withCachePoints: boolean
  /** The choice is said among the fields of the model already. */
  readonly hasChoice: boolean
}

function writeTools(request: NeutralRequest, options: ToolOptions): JsonObject {
  const { toolChoice } = request
  const used = toolsInHistory(request.messages)
  const offered = offeredTools(request, used, options.warn)
  if (offered.length === 0) {
    const isForced = toolChoice?.type === 'required' || toolChoice?.type === 'tool'
    if (isForced) options.warn({ type: 'dropped', field: 'tool_choice' })
    return {}
  }
  const tools = offered.flatMap((tool, index) => {
    const spec = { toolSpec: writeTool(tool) }
    if (tool.cacheMark === undefined) return [spec]
    if (options.withCachePoints) return [spec, cachePoint(tool.cacheMark)]
    options.warn({ type: 'dropped', field: `tools[${index}].cache_control` })
    return [spec]
  })
  const choice =
    toolChoice === undefined || options.hasChoice ? undefined : writeToolChoice(toolChoice)
  return { toolConfig: { tools, ...(choice !== undefined && { toolChoice: choice }) } }
}

/** Returns the tools to be sent: Bedrock knows no `none`, and wants tools wherever the history has calls. */
function offeredTools(
  { tools = [], toolChoice }: NeutralRequest,
  used: readonly string[],
  warn: Warn,
): readonly NeutralTool[] {
  const isNone = toolChoice?.type === 'none'
  if (used.length === 0) return isNone ? [] : tools
  if (tools.length > 0) {
    if (isNone) warn({ type: 'dropped', field: 'tool_choice' })
    return tools
  }
  warn({ type: 'changed', field: 'tools', detail: 'the tools of the history were declared' })
  return used.map((name) => ({ name }))
}

function toolsInHistory(messages: readonly NeutralMessage[]): readonly string[] {
  const calls = messages.flatMap(({ content }) =>
    content.flatMap((part) => (part.type === 'tool-call' ? [part.name] : [])),
  )
  return [...new Set(calls)]
}

function writeTool(tool: NeutralTool): JsonObject {
  const hasDescription = tool.description !== undefined && tool.description !== ''
  return {
    name: tool.name,
    ...(hasDescription && { description: tool.description }),
    inputSchema: { json: inputSchemaOf(tool.parameters) },
    ...(tool.strict !== undefined && { strict: tool.strict }),
  }
}

/** Returns a schema as Bedrock wants it: an object whose type is said. */
function inputSchemaOf(parameters: JsonValue | undefined): JsonObject {
  if (!isObject(parameters)) return { type: 'object', properties: {} }
  return parameters['type'] === undefined ? { type: 'object', ...parameters } : parameters
}

function writeToolChoice(choice: ToolChoice): JsonObject | undefined {
  switch (choice.type) {
    case 'auto':
      return { auto: {} }
    case 'required':
      return { any: {} }
    case 'tool':
      return { tool: { name: choice.name } }
    case 'none':
      return undefined
    default:
      return choice satisfies never
  }
}

function writeResponseShape(request: NeutralRequest, warn: Warn): JsonObject | undefined {
  const { responseShape } = request
  if (responseShape === undefined || responseShape.type === 'text') return undefined
  if (responseShape.type === 'json') {
    // Without a schema there is no way to ask for JSON.
    warn({ type: 'dropped', field: 'response_format' })
    return undefined
  }
  const { schema, name, description } = responseShape
  return {
    type: 'json_schema',
    structure: {
      jsonSchema: {
        schema: JSON.stringify(schema),
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
      },
    },
  }
}

function warnOfAlienFields(request: NeutralRequest, warn: Warn): void {
  if (request.seed !== undefined) warn({ type: 'dropped', field: 'seed' })
  if (request.userId !== undefined) warn({ type: 'dropped', field: 'user' })
  const penalties = [
    ['presence_penalty', request.presencePenalty],
    ['frequency_penalty', request.frequencyPenalty],
  ] as const
  for (const [field, value] of penalties) {
    if (value !== undefined && value !== 0) warn({ type: 'dropped', field })
  }
}
