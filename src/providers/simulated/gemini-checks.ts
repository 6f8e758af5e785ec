import { asArray, asNumber, asObject, asString, isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { ProviderRefusal } from './errors.ts'

// https://ai.google.dev/api/generate-content
const requestFields = new Set([
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'safetySettings',
  'generationConfig',
  'cachedContent',
  'labels',
])
const configFields = new Set([
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseModalities',
  'candidateCount',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
  'speechConfig',
  'thinkingConfig',
  'mediaResolution',
  'imageConfig',
])
const partFields = new Set([
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'thought',
  'thoughtSignature',
  'videoMetadata',
  'mediaResolution',
])
const dataFields = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
]

/** What stands for a signature where another model made the call. */
const noSignature = 'skip_thought_signature_validator'
const simulatedSignature = 'simulated-signature:'

/** Makes the proof of what was thought. */
export function signatureOf(hash: string): string {
  return Buffer.from(simulatedSignature + hash).toString('base64')
}

/** Refuses what the Gemini API refuses: unknown fields, parts without data, calls without signature or response. */
export function checkGenerate(body: JsonObject, model: string): void {
  knownOnly(body, requestFields, '')
  const contents = asArray(body['contents']).map((each, index) => checkContent(each, index))
  if (contents.length === 0)
    throw invalid('* GenerateContentRequest.contents: contents is not specified')
  const turns = turnsOf(contents)
  checkTurns(turns)
  if (/gemini-[3-9]/.test(model)) checkSignatures(turns)
  checkConfig(asObject(body['generationConfig']) ?? {})
  for (const [index, tool] of asArray(body['tools']).entries()) checkTool(tool, index)
}

interface Content {
  readonly role: string
  readonly parts: readonly JsonObject[]
}

function checkContent(value: JsonValue, index: number): Content {
  const content = asObject(value)
  const at = `contents[${index}]`
  if (content === undefined) throw invalid(`Invalid value at '${at}'`)
  knownOnly(content, new Set(['role', 'parts']), at)
  const role = asString(content['role']) ?? 'user'
  if (role !== 'user' && role !== 'model') {
    throw invalid('Please use a valid role: user, model.')
  }
  const parts = asArray(content['parts']).map((each, place) => {
    const part = asObject(each) ?? {}
    knownOnly(part, partFields, `${at}.parts[${place}]`)
    const given = dataFields.filter((field) => part[field] !== undefined)
    if (given.length === 1 || part['thoughtSignature'] !== undefined) return part
    const what = given.length === 0 ? 'required oneof field' : 'oneof field is already set:'
    throw invalid(`* GenerateContentRequest.${at}.parts[${place}].data: ${what} 'data'`)
  })
  if (parts.length === 0) {
    throw invalid(`* GenerateContentRequest.${at}.parts: contents.parts must not be empty.`)
  }
  return { role, parts }
}

/** The official chats keep every chunk as a content of its own. */
function turnsOf(contents: readonly Content[]): Content[] {
  const turns: Content[] = []
  for (const { role, parts } of contents) {
    const last = turns.at(-1)
    if (role !== 'model' || last?.role !== 'model') turns.push({ role, parts })
    else turns[turns.length - 1] = { role, parts: [...last.parts, ...parts] }
  }
  return turns
}

/** As many responses as calls, in the content right behind them. */
function checkTurns(contents: readonly Content[]): void {
  for (const [index, { parts, role }] of contents.entries()) {
    const calls = parts.filter((part) => isObject(part['functionCall']))
    const responses = parts.filter((part) => isObject(part['functionResponse']))
    const before = contents[index - 1]?.parts.filter((part) => isObject(part['functionCall'])) ?? []
    if (responses.length !== before.length) {
      throw invalid(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      )
    }
    if (calls.length > 0 && role !== 'model') {
      throw invalid('Please ensure that function call turn comes from the role model.')
    }
    for (const [place, response] of responses.entries()) checkResponse(response, before[place])
  }
}

function checkResponse(part: JsonObject, call: JsonObject | undefined): void {
  const response = asObject(part['functionResponse'])
  const called = asObject(call?.['functionCall'])
  if (!isObject(response?.['response'])) throw invalid('function_response.response: Required')
  if (asString(response['name']) === undefined) {
    throw invalid('* GenerateContentRequest.contents.function_response.name: Name cannot be empty.')
  }
  if (response['id'] === undefined && response['name'] !== called?.['name']) {
    throw invalid('A function response does not fit its function call.')
  }
}

/** From the third generation on, the first call of a step needs the proof it came with. */
function checkSignatures(contents: readonly Content[]): void {
  for (const { parts } of contents) {
    const first = parts.find((part) => isObject(part['functionCall']))
    if (first === undefined) continue
    const signature = asString(first['thoughtSignature'])
    if (signature === undefined) {
      const name = asString(asObject(first['functionCall'])?.['name']) ?? ''
      throw invalid(
        `Function call \`${name}\` is missing a thought_signature in functionCall parts.`,
      )
    }
    if (signature === noSignature) continue
    const text = Buffer.from(signature, 'base64').toString()
    if (!text.startsWith(simulatedSignature)) throw invalid('Thought signature is not valid')
  }
}

function checkConfig(config: JsonObject): void {
  knownOnly(config, configFields, 'generation_config')
  const isJson = config['responseMimeType'] === 'application/json'
  const hasSchema = config['responseSchema'] ?? config['responseJsonSchema']
  if (hasSchema !== undefined && !isJson && config['responseMimeType'] !== 'text/x.enum') {
    throw invalid('response_mime_type must be application/json with a response schema')
  }
  const temperature = asNumber(config['temperature'])
  if (temperature !== undefined && (temperature < 0 || temperature > 2)) {
    throw invalid('temperature must be in the range [0.0, 2.0].')
  }
  if (asArray(config['stopSequences']).length > 5) {
    throw invalid('at most 5 stop_sequences are allowed')
  }
  const thinking = asObject(config['thinkingConfig']) ?? {}
  knownOnly(
    thinking,
    new Set(['includeThoughts', 'thinkingBudget', 'thinkingLevel']),
    'thinking_config',
  )
  if (thinking['thinkingBudget'] !== undefined && thinking['thinkingLevel'] !== undefined) {
    throw invalid('You can only set only one of thinking budget and thinking level.')
  }
}

function checkTool(value: JsonValue, index: number): void {
  for (const each of asArray(asObject(value)?.['functionDeclarations'])) {
    const declared = asObject(each) ?? {}
    const name = asString(declared['name']) ?? ''
    if (!/^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/.test(name)) {
      throw invalid(
        `* GenerateContentRequest.tools[${index}].function_declarations.name: Invalid function name.`,
      )
    }
    if (declared['parameters'] !== undefined && declared['parametersJsonSchema'] !== undefined) {
      throw invalid('Only one of parameters and parameters_json_schema may be set.')
    }
  }
}

function knownOnly(object: JsonObject, known: ReadonlySet<string>, at: string): void {
  const unknown = Object.keys(object).find((key) => !known.has(key))
  if (unknown === undefined) return
  const place = at === '' ? '' : ` at '${at}'`
  throw invalid(
    `Invalid JSON payload received. Unknown name "${unknown}"${place}: Cannot find field.`,
  )
}

function invalid(message: string): ProviderRefusal {
  return new ProviderRefusal(400, message)
}
