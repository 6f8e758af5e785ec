import { asString, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { PathTarget } from '../format.ts'
import type {
  NeutralMessage,
  NeutralPart,
  NeutralRequest,
  NeutralTool,
  ResponseShape,
  ToolChoice,
} from '../neutral.ts'
import type { Trace } from '../trace.ts'
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
} from './fields.ts'
import { createLosses, readCacheMark, readContent, type Inexpressible } from './read-blocks.ts'
import { readReasoning } from './reasoning.ts'

const requestFields = new Set([
  'anthropic_version',
  'model',
  'messages',
  'system',
  'max_tokens',
  'stop_sequences',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'metadata',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
])

/**
 * Reads and validates the body of `POST /v1/messages`; at Vertex the path names the model instead.
 * `max_tokens` may be absent: the body of `count_tokens` is the same without it. Throws `invalid_request`
 * with the path of the fault.
 */
export function readRequest(body: JsonObject, target?: PathTarget, trace?: Trace): NeutralRequest {
  const model = target?.model ?? requireString(body['model'], 'model')
  if (model === '') throw invalidField('model', 'the name of a model')
  const lost = createLosses(trace)
  const messages = [...readSystem(body['system'], lost), ...readMessages(body['messages'], lost)]
  const tools = readTools(body['tools'], lost)
  const stream = target?.stream ?? optionalBoolean(body['stream'], 'stream') ?? false
  const sampling = readSampling(body)
  const toolChoice = readToolChoice(body['tool_choice'])
  const userId = readUserId(body['metadata'], lost)
  const reasoning = readReasoning(body, lost)
  const responseShape = readResponseShape(body, lost)
  lost.push(...unknownFields(body, requestFields))
  return {
    model,
    messages,
    stream,
    ...(stream && { streamUsage: true }),
    ...(tools.length > 0 && { tools }),
    ...toolChoice,
    ...sampling,
    ...(userId !== undefined && { userId }),
    ...(reasoning !== undefined && { reasoning }),
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

const messageFields = new Set(['role', 'content'])

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

const toolFields = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
])

function readTools(value: JsonValue | undefined, lost: Inexpressible): NeutralTool[] {
  return optionalArray(value, 'tools').flatMap((each, index) => {
    const path = `tools[${index}]`
    const tool = requireObject(each, path)
    const type = optionalString(tool['type'], `${path}.type`)
    if (type === undefined || type === 'custom') {
      const read = readTool(tool, path, lost)
      lost.trace?.note(read, path)
      return [read]
    }
    // Anything else runs at Anthropic or is trained into its models.
    lost.push(path)
    return []
  })
}

function readTool(tool: JsonObject, path: string, lost: Inexpressible): NeutralTool {
  const name = requireString(tool['name'], `${path}.name`)
  const description = optionalString(tool['description'], `${path}.description`)
  const parameters = requireObject(tool['input_schema'], `${path}.input_schema`)
  const strict = optionalBoolean(tool['strict'], `${path}.strict`)
  lost.push(...unknownFields(tool, toolFields, `${path}.`))
  return {
    name,
    ...(description !== undefined && { description }),
    parameters,
    ...(strict !== undefined && { strict }),
    ...readCacheMark(tool, path, lost),
  }
}

function readToolChoice(
  value: JsonValue | undefined,
): Pick<NeutralRequest, 'toolChoice' | 'parallelToolCalls'> {
  const choice = optionalObject(value, 'tool_choice')
  if (choice === undefined) return {}
  const disabled = optionalBoolean(
    choice['disable_parallel_tool_use'],
    'tool_choice.disable_parallel_tool_use',
  )
  return {
    toolChoice: toolChoiceOf(choice),
    ...(disabled !== undefined && { parallelToolCalls: !disabled }),
  }
}

function toolChoiceOf(choice: JsonObject): ToolChoice {
  switch (asString(choice['type']) ?? '') {
    case 'auto':
      return { type: 'auto' }
    case 'none':
      return { type: 'none' }
    case 'any':
      return { type: 'required' }
    case 'tool':
      return { type: 'tool', name: requireString(choice['name'], 'tool_choice.name') }
    default:
      throw invalidField('tool_choice.type', 'auto, any, tool or none')
  }
}

function readSampling(
  body: JsonObject,
): Pick<NeutralRequest, 'maxOutputTokens' | 'temperature' | 'topP' | 'topK' | 'stopSequences'> {
  const maxOutputTokens = optionalInteger(body['max_tokens'], 'max_tokens', 0)
  const temperature = optionalFraction(body['temperature'], 'temperature')
  const topP = optionalFraction(body['top_p'], 'top_p')
  const topK = optionalInteger(body['top_k'], 'top_k', 0)
  const stopSequences = optionalArray(body['stop_sequences'], 'stop_sequences').map((each, index) =>
    requireString(each, `stop_sequences[${index}]`),
  )
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(stopSequences.length > 0 && { stopSequences }),
  }
}

const metadataFields = new Set(['user_id'])

function readUserId(value: JsonValue | undefined, lost: Inexpressible): string | undefined {
  const metadata = optionalObject(value, 'metadata')
  if (metadata === undefined) return undefined
  lost.push(...unknownFields(metadata, metadataFields, 'metadata.'))
  return optionalString(metadata['user_id'], 'metadata.user_id')
}

const outputConfigFields = new Set(['effort', 'format'])

/** Reads the schema answers must follow: `output_config.format`, or `output_format` as it was in beta. */
function readResponseShape(body: JsonObject, lost: Inexpressible): ResponseShape | undefined {
  const config = optionalObject(body['output_config'], 'output_config')
  if (config !== undefined)
    lost.push(...unknownFields(config, outputConfigFields, 'output_config.'))
  const isCurrent = !isAbsent(config?.['format'])
  const path = isCurrent ? 'output_config.format' : 'output_format'
  const format = optionalObject(isCurrent ? config?.['format'] : body['output_format'], path)
  if (format === undefined) return undefined
  if (format['type'] !== 'json_schema') {
    lost.push(path)
    return undefined
  }
  if (!isObject(format['schema'])) throw invalidField(`${path}.schema`, 'a JSON schema object')
  return { type: 'json-schema', schema: format['schema'] }
}
