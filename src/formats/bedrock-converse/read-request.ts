import { GatewayError } from '../../core/errors.ts'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../../core/json.ts'
import {
  invalidField,
  isAbsent,
  optionalArray,
  optionalBoolean,
  optionalFraction,
  optionalInteger,
  optionalObject,
  optionalString,
  requireArray,
  requireObject,
  requireString,
  unknownFields,
} from '../anthropic-messages/fields.ts'
import { createLosses, type Inexpressible } from '../anthropic-messages/read-blocks.ts'
import type { PathTarget } from '../format.ts'
import type {
  NeutralMessage,
  NeutralPart,
  NeutralRequest,
  NeutralTool,
  ResponseShape,
  ToolChoice,
} from '../neutral.ts'
import { untraced, type Trace } from '../trace.ts'
import { readAdditionalFields } from './additional-fields.ts'
import { readCachePoint, readContent } from './read-blocks.ts'
import { memberOf } from './union.ts'

const requestFields = new Set([
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'outputConfig',
])

/**
 * Reads and validates the body of Converse and ConverseStream; the model stands in the path. Throws
 * `invalid_request` with the path of the fault.
 */
export function readRequest(body: JsonObject, target?: PathTarget, trace?: Trace): NeutralRequest {
  if (target === undefined) throw new GatewayError('invalid_request', 'The path names no model.')
  const lost = createLosses(trace)
  const messages = [...readSystem(body['system'], lost), ...readMessages(body['messages'], lost)]
  const toolConfig = optionalObject(body['toolConfig'], 'toolConfig')
  const tools = readTools(toolConfig?.['tools'], lost)
  const outputConfig = optionalObject(body['outputConfig'], 'outputConfig')
  const responseShape = readResponseShape(outputConfig, lost)
  const additional = readAdditionalFields(body, lost)
  const toolChoice = additional.toolChoice ?? readToolChoice(toolConfig?.['toolChoice'])
  noteResponsePaths(body['additionalModelResponseFieldPaths'], lost)
  lost.push(...unknownFields(body, requestFields))
  return {
    model: target.model,
    messages,
    stream: target.stream,
    ...(target.stream && { streamUsage: true }),
    ...(tools.length > 0 && { tools }),
    ...readInferenceConfig(body['inferenceConfig'], lost),
    ...additional,
    ...(toolChoice !== undefined && { toolChoice }),
    ...(responseShape !== undefined && { responseShape }),
    inexpressible: lost,
  }
}

function readSystem(value: JsonValue | undefined, lost: Inexpressible): NeutralMessage[] {
  if (isAbsent(value)) return []
  const content = readContent(value, 'system', { path: 'system', lost })
  return placed(nonEmpty({ role: 'system', content }), 'system', lost)
}

function readMessages(value: JsonValue | undefined, lost: Inexpressible): NeutralMessage[] {
  const messages = requireArray(value, 'messages')
  if (messages.length === 0) throw invalidField('messages', 'an array of at least one message')
  return messages.flatMap((each, index) => readMessage(each, `messages[${index}]`, lost))
}

const messageFields = new Set(['role', 'content'])

function readMessage(value: JsonValue, path: string, lost: Inexpressible): NeutralMessage[] {
  const message = requireObject(value, path)
  const { role } = message
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw invalidField(`${path}.role`, 'user, assistant or system')
  }
  const content = readContent(message['content'], role, { path: `${path}.content`, lost })
  lost.push(...unknownFields(message, messageFields, `${path}.`))
  if (role !== 'user') return placed(nonEmpty({ role, content }), path, lost)
  const turns = [
    ...nonEmpty({ role: 'tool', content: content.filter(isToolResult) }),
    ...nonEmpty({ role, content: content.filter((part) => !isToolResult(part)) }),
  ]
  return placed(turns, path, lost)
}

function isToolResult(part: NeutralPart): boolean {
  return part.type === 'tool-result'
}

function nonEmpty(message: NeutralMessage): NeutralMessage[] {
  return message.content.length === 0 ? [] : [message]
}

function placed(messages: NeutralMessage[], path: string, lost: Inexpressible): NeutralMessage[] {
  for (const message of messages) lost.trace?.note(message, path)
  return messages
}

/** Reads the tools; a cache point marks the tool before it, tools of the provider are noted as lost. */
function readTools(value: JsonValue | undefined, lost: Inexpressible): NeutralTool[] {
  const tools: NeutralTool[] = []
  for (const [index, each] of optionalArray(value, 'toolConfig.tools').entries()) {
    const path = `toolConfig.tools[${index}]`
    const [name, member] = memberOf(each, path)
    const at = { path: `${path}.${name}`, lost }
    const last = tools.at(-1)
    if (name === 'toolSpec') {
      const tool = readTool(requireObject(member, at.path), at.path, lost)
      tools.push((lost.trace ?? untraced).note(tool, path))
    } else if (name === 'cachePoint' && last !== undefined) {
      const marked = { ...last, cacheMark: readCachePoint(member, at) }
      tools[tools.length - 1] = (lost.trace ?? untraced).move(last, marked)
    } else lost.push(at.path)
  }
  return tools
}

const toolFields = new Set(['name', 'description', 'inputSchema', 'strict'])

function readTool(tool: JsonObject, path: string, lost: Inexpressible): NeutralTool {
  const name = requireString(tool['name'], `${path}.name`)
  const description = optionalString(tool['description'], `${path}.description`)
  const schema = requireObject(tool['inputSchema'], `${path}.inputSchema`)
  const strict = optionalBoolean(tool['strict'], `${path}.strict`)
  const parameters = requireObject(schema['json'], `${path}.inputSchema.json`)
  lost.push(...unknownFields(tool, toolFields, `${path}.`))
  return {
    name,
    ...(description !== undefined && { description }),
    parameters,
    ...(strict !== undefined && { strict }),
  }
}

function readToolChoice(value: JsonValue | undefined): ToolChoice | undefined {
  if (isAbsent(value)) return undefined
  const path = 'toolConfig.toolChoice'
  const [name, member] = memberOf(value, path)
  switch (name) {
    case 'auto':
      return { type: 'auto' }
    case 'any':
      return { type: 'required' }
    case 'tool': {
      const tool = requireObject(member, `${path}.tool`)
      return { type: 'tool', name: requireString(tool['name'], `${path}.tool.name`) }
    }
    default:
      throw invalidField(path, 'auto, any or tool')
  }
}

const inferenceFields = new Set(['maxTokens', 'temperature', 'topP', 'stopSequences'])

function readInferenceConfig(
  value: JsonValue | undefined,
  lost: Inexpressible,
): Pick<NeutralRequest, 'maxOutputTokens' | 'temperature' | 'topP' | 'stopSequences'> {
  const path = 'inferenceConfig'
  const config = optionalObject(value, path) ?? {}
  const maxOutputTokens = optionalInteger(config['maxTokens'], `${path}.maxTokens`, 1)
  const temperature = optionalFraction(config['temperature'], `${path}.temperature`)
  const topP = optionalFraction(config['topP'], `${path}.topP`)
  const stops = optionalArray(config['stopSequences'], `${path}.stopSequences`)
  const stopSequences = stops.map((each, index) =>
    requireString(each, `${path}.stopSequences[${index}]`),
  )
  lost.push(...unknownFields(config, inferenceFields, `${path}.`))
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences.length > 0 && { stopSequences }),
  }
}

const outputFields = new Set(['textFormat', 'effort'])

function readResponseShape(
  config: JsonObject | undefined,
  lost: Inexpressible,
): ResponseShape | undefined {
  lost.push(...unknownFields(config ?? {}, outputFields, 'outputConfig.'))
  const path = 'outputConfig.textFormat'
  const format = optionalObject(config?.['textFormat'], path)
  if (format === undefined) return undefined
  if (format['type'] !== 'json_schema') {
    lost.push(path)
    return undefined
  }
  const structure = requireObject(format['structure'], `${path}.structure`)
  const definition = requireObject(structure['jsonSchema'], `${path}.structure.jsonSchema`)
  const at = `${path}.structure.jsonSchema`
  const schema = parseJson(requireString(definition['schema'], `${at}.schema`))
  if (!isObject(schema)) throw invalidField(`${at}.schema`, 'the text of a JSON schema')
  const name = optionalString(definition['name'], `${at}.name`)
  const description = optionalString(definition['description'], `${at}.description`)
  return {
    type: 'json-schema',
    schema,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  }
}

/** The stop sequence is told without being asked for; other fields of the model's own answer are lost. */
function noteResponsePaths(value: JsonValue | undefined, lost: Inexpressible): void {
  const path = 'additionalModelResponseFieldPaths'
  for (const [index, each] of optionalArray(value, path).entries()) {
    if (each !== '/stop_sequence') lost.push(`${path}[${index}]`)
  }
}
