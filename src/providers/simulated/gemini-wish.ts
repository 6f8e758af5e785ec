import { asArray, asNumber, asObject, asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { OfferedTool, Wish } from './plan.ts'
import { textOf } from './text.ts'

/** What the model does while it thinks. */
export interface Thinking {
  /** Shows what it thought. */
  readonly aloud: boolean
  /** Proves that it thought. */
  readonly signs: boolean
}

/** Finds out whether the model thinks and shows it. */
export function thinkingOf(body: JsonObject, model: string): Thinking {
  const config = asObject(asObject(body['generationConfig'])?.['thinkingConfig'])
  const isOff = config?.['thinkingBudget'] === 0
  return {
    aloud: config?.['includeThoughts'] === true && !isOff,
    signs: (config !== undefined || /gemini-[3-9]/.test(model)) && !isOff,
  }
}

/** Reads what a request wants. */
export function readWish(body: JsonObject, model: string): Wish {
  const contents = asArray(body['contents']).map(asObject)
  const config = asObject(body['generationConfig'])
  const last = asArray(contents.at(-1)?.['parts']).map(asObject)
  const lastUser = contents.findLast((content) => content?.['role'] !== 'model')
  const tools = asArray(body['tools']).flatMap(readTools)
  const isJson = config?.['responseMimeType'] === 'application/json'
  const schema = config?.['responseJsonSchema'] ?? lowerTypes(config?.['responseSchema'])
  const texts = [body['systemInstruction'], ...contents].map((each) => textOfParts(asObject(each)))
  const { aloud, signs } = thinkingOf(body, model)
  return {
    prompt: texts.join('\n') + (tools.length > 0 ? JSON.stringify(body['tools']) : ''),
    lastUserText: textOf(lastUser?.['parts']),
    endsWithToolResult: last.some((part) => part?.['functionResponse'] !== undefined),
    tools,
    toolChoice: readToolChoice(body),
    parallelTools: true,
    maxTokens: asNumber(config?.['maxOutputTokens']),
    reasoning: aloud || signs,
    schema: isJson ? schema : undefined,
    jsonObject: isJson,
  }
}

// What stands below these are names of the caller's own.
const ownNames = new Set([
  'args',
  'response',
  'labels',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
])

/** Returns a body with its fields in camel case: Google takes either. */
export function inCamelCase(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      return [name, ownNames.has(name) ? value : camelValue(value)]
    }),
  )
}

function camelValue(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((each) => camelValue(each) ?? null)
  const object = asObject(value)
  return object === undefined ? value : inCamelCase(object)
}

function textOfParts(content: JsonObject | undefined): string {
  const parts = content?.['parts']
  const calls = asArray(parts).filter((part) => asObject(part)?.['functionCall'] !== undefined)
  const results = asArray(parts).map((part) => asObject(asObject(part)?.['functionResponse']))
  const told = results.flatMap((each) => (each === undefined ? [] : [JSON.stringify(each)]))
  return textOf(parts) + (calls.length > 0 ? JSON.stringify(calls) : '') + told.join('')
}

function readTools(tool: JsonValue): OfferedTool[] {
  return asArray(asObject(tool)?.['functionDeclarations']).flatMap((each) => {
    const declared = asObject(each)
    const name = asString(declared?.['name'])
    const parameters = declared?.['parametersJsonSchema'] ?? lowerTypes(declared?.['parameters'])
    return name === undefined ? [] : [{ name, parameters }]
  })
}

/** Types in schemas of Gemini's own form are written in capitals. */
function lowerTypes(schema: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(schema)) return schema.map((each) => lowerTypes(each) ?? null)
  const object = asObject(schema)
  if (object === undefined) return schema
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      key === 'type' && typeof value === 'string' ? value.toLowerCase() : lowerTypes(value),
    ]),
  )
}

function readToolChoice(body: JsonObject): Wish['toolChoice'] {
  const config = asObject(asObject(body['toolConfig'])?.['functionCallingConfig'])
  const name = asString(asArray(config?.['allowedFunctionNames'])[0])
  switch (asString(config?.['mode'])) {
    case 'ANY':
      return name === undefined ? 'required' : { name }
    case 'NONE':
      return 'none'
    case undefined:
    default:
      return 'auto'
  }
}
