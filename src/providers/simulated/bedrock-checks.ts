import { asArray, asObject, asString, isObject, parseJson } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { ProviderRefusal } from './errors.ts'

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
const knownFields = new Set([
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'guardrailConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'promptVariables',
  'requestMetadata',
  'performanceConfig',
  'serviceTier',
  'outputConfig',
])

/** Refuses bodies of Converse that the real one refuses. */
export function checkConverse(body: JsonObject): void {
  const unknown = Object.keys(body).find((key) => !knownFields.has(key))
  if (unknown !== undefined) throw invalid(`extraneous key [${unknown}] is not permitted`)
  checkInference(asObject(body['inferenceConfig']) ?? {})
  const seen: Seen = { calls: new Set(), results: 0, documents: new Set() }
  checkMessages(asArray(body['messages']), seen)
  const tools = asArray(asObject(body['toolConfig'])?.['tools'])
  if (body['toolConfig'] !== undefined && tools.length === 0)
    throw invalid('tools must not be empty')
  for (const tool of tools) checkTool(asObject(tool) ?? {})
  if (tools.length === 0 && (seen.calls.size > 0 || seen.results > 0)) {
    throw invalid(
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    )
  }
  const format = asObject(asObject(body['outputConfig'])?.['textFormat'])
  const definition = asObject(asObject(format?.['structure'])?.['jsonSchema'])
  if (format !== undefined && !isObject(parseJson(asString(definition?.['schema']) ?? ''))) {
    throw invalid('The schema must be the text of a JSON schema.')
  }
}

/** Makes the error of a request that is not valid. */
export function invalid(message: string): ProviderRefusal {
  return new ProviderRefusal(400, message)
}

/** What a conversation held so far. */
interface Seen {
  readonly calls: Set<string>
  results: number
  readonly documents: Set<string>
}

function checkInference(config: JsonObject): void {
  for (const field of ['temperature', 'topP']) {
    const value = config[field]
    if (value !== undefined && !(typeof value === 'number' && value >= 0 && value <= 1)) {
      throw invalid(`inferenceConfig.${field} must be between 0 and 1`)
    }
  }
  const limit = config['maxTokens']
  if (limit !== undefined && !(typeof limit === 'number' && limit >= 1)) {
    throw invalid('inferenceConfig.maxTokens must be at least 1')
  }
}

function checkMessages(messages: readonly JsonValue[], seen: Seen): void {
  let before = ''
  for (const message of messages.map(asObject)) {
    const role = asString(message?.['role']) ?? ''
    if (role !== 'user' && role !== 'assistant') throw invalid(`unknown role ${role}`)
    if (before === '' && role !== 'user') {
      throw invalid('A conversation must start with a user message.')
    }
    if (role === before) {
      throw invalid('A conversation must alternate between user and assistant roles.')
    }
    before = role
    const blocks = asArray(message?.['content']).map(asObject)
    if (blocks.length === 0) throw invalid('The content field in the Message object is empty.')
    for (const block of blocks) checkBlock(block ?? {}, role, seen)
    checkDocuments(blocks, role)
  }
  if (before === '') throw invalid('messages must not be empty')
}

function checkDocuments(blocks: readonly (JsonObject | undefined)[], role: string): void {
  const has = (name: string) => blocks.some((block) => block?.[name] !== undefined)
  if (role === 'user' && has('document') && !has('text') && !has('toolResult')) {
    throw invalid('A text block must be included with a document.')
  }
}

const idPattern = /^[a-zA-Z0-9_-]{1,64}$/

function checkBlock(block: JsonObject, role: string, seen: Seen): void {
  const [name, ...others] = Object.keys(block)
  if (name === undefined || others.length > 0) throw invalid('a content block has one member')
  const member = asObject(block[name]) ?? {}
  switch (name) {
    case 'text':
      if ((asString(block['text']) ?? '').trim() === '') {
        throw invalid('The text field in the ContentBlock object is blank.')
      }
      return
    case 'image':
      return checkSource(member, ['png', 'jpeg', 'gif', 'webp'])
    case 'document':
      return checkDocument(member, seen)
    case 'toolUse': {
      const id = asString(member['toolUseId']) ?? ''
      if (role !== 'assistant' || !idPattern.test(id)) throw invalid('toolUse is not valid')
      if (!isObject(member['input'])) throw invalid('toolUse.input must be an object')
      seen.calls.add(id)
      return
    }
    case 'toolResult':
      return checkResult(member, role, seen)
    case 'reasoningContent':
    case 'cachePoint':
    case 'audio':
    case 'video':
    case 'guardContent':
      return
    default:
      throw invalid(`unknown content block ${name}`)
  }
}

function checkResult(result: JsonObject, role: string, seen: Seen): void {
  const id = asString(result['toolUseId']) ?? ''
  seen.results += 1
  if (role !== 'user' || !seen.calls.has(id)) {
    throw invalid(`The toolResult ${id} has no toolUse before it.`)
  }
  for (const part of asArray(result['content']).map(asObject)) {
    const [name = ''] = Object.keys(part ?? {})
    if (!['text', 'json', 'image', 'document', 'video', 'searchResult'].includes(name)) {
      throw invalid(`unknown content of a tool result ${name}`)
    }
  }
}

function checkDocument(document: JsonObject, seen: Seen): void {
  const name = asString(document['name']) ?? ''
  if (!/^[A-Za-z0-9\-()[\] ]{1,200}$/.test(name) || name.includes('  ')) {
    throw invalid('The document name has characters that are not allowed.')
  }
  if (seen.documents.has(name)) throw invalid('Document names must not repeat.')
  seen.documents.add(name)
  checkSource(document, ['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'])
}

function checkSource(block: JsonObject, formats: readonly string[]): void {
  const format = asString(block['format']) ?? ''
  if (!formats.includes(format)) throw invalid(`the format ${format} is not supported`)
  const source = asObject(block['source'])
  const bytes = asString(source?.['bytes'])
  const isBase64 = bytes !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(bytes)
  const uri = asString(asObject(source?.['s3Location'])?.['uri'])
  const isPlace = uri?.startsWith('s3://') === true || typeof source?.['text'] === 'string'
  if (!isBase64 && !isPlace) throw invalid('the source is not valid')
}

function checkTool(tool: JsonObject): void {
  if (tool['cachePoint'] !== undefined) return
  const spec = asObject(tool['toolSpec'])
  if (!idPattern.test(asString(spec?.['name']) ?? '')) throw invalid('toolSpec.name is not valid')
  if (spec?.['description'] === '') throw invalid('toolSpec.description must not be empty')
  const schema = asObject(asObject(spec?.['inputSchema'])?.['json'])
  if (schema?.['type'] !== 'object') {
    throw invalid('The value at toolConfig.tools.toolSpec.inputSchema.json.type must be object.')
  }
}
