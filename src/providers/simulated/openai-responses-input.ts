import { asObject, asString, isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { ProviderRefusal } from './errors.ts'
import type { StoredResponses } from './stored-responses.ts'
import { textOf } from './text.ts'

/** Reads the whole conversation: what the response before held, and the input. */
export function readItems(body: JsonObject, stored: StoredResponses): JsonObject[] {
  const previousId = asString(body['previous_response_id'])
  const before = previousId === undefined ? [] : stored.conversation(previousId)
  const { input } = body
  if (typeof input === 'string') return [...before, { role: 'user', content: input }]
  if (!Array.isArray(input)) throw missing('input')
  const items = input.map((item, index) => {
    if (!isObject(item)) throw invalid(`input[${index}]`, 'expected an object')
    return item['type'] === 'item_reference'
      ? stored.item(asString(item['id']) ?? '')
      : checkItem(item, index)
  })
  const all = [...before, ...items]
  if (all.length === 0) throw missing('input')
  checkResults(all)
  return all
}

/** What a model would read of an item. */
export function promptOf(item: JsonObject): string {
  switch (asString(item['type']) ?? 'message') {
    case 'message':
      return textOf(item['content'])
    case 'function_call':
      return JSON.stringify({ name: item['name'], arguments: item['arguments'] })
    case 'function_call_output':
      return textOf(item['output'])
    default:
      return textOf(item['summary'])
  }
}

export function missing(param: string): ProviderRefusal {
  return new ProviderRefusal(400, `Missing required parameter: '${param}'.`, {
    param,
    code: 'missing_required_parameter',
  })
}

export function unknownParameter(param: string): ProviderRefusal {
  return new ProviderRefusal(400, `Unknown parameter: '${param}'.`, {
    param,
    code: 'unknown_parameter',
  })
}

function invalid(param: string, why: string): ProviderRefusal {
  return new ProviderRefusal(400, `Invalid value for '${param}': ${why}.`, {
    param,
    code: 'invalid_value',
  })
}

const contentOfRole: Readonly<Record<string, readonly string[]>> = {
  user: ['input_text', 'input_image', 'input_file'],
  system: ['input_text'],
  developer: ['input_text'],
  assistant: ['output_text', 'refusal'],
}

function checkItem(item: JsonObject, index: number): JsonObject {
  const path = `input[${index}]`
  switch (asString(item['type']) ?? 'message') {
    case 'message':
      checkMessage(item, path)
      return item
    case 'function_call':
      for (const field of ['call_id', 'name', 'arguments']) requireText(item, field, path)
      return item
    case 'function_call_output':
      requireText(item, 'call_id', path)
      if (item['output'] === undefined) throw missing(`${path}.output`)
      return item
    case 'reasoning':
      checkReasoning(item, path)
      return item
    default:
      throw invalid(`${path}.type`, 'not a type of item')
  }
}

function checkMessage(item: JsonObject, path: string): void {
  const role = asString(item['role']) ?? ''
  const allowed = Object.hasOwn(contentOfRole, role) ? contentOfRole[role] : undefined
  if (allowed === undefined) throw invalid(`${path}.role`, 'not a role')
  const { content } = item
  if (typeof content === 'string') return
  if (!Array.isArray(content)) throw missing(`${path}.content`)
  content.forEach((part: JsonValue, at) => {
    const type = asString(asObject(part)?.['type']) ?? ''
    if (!allowed.includes(type)) {
      throw invalid(`${path}.content[${at}].type`, `supported are ${allowed.join(' and ')}`)
    }
  })
}

/** Reasoning is taken back only with the proof that this provider made it. */
function checkReasoning(item: JsonObject, path: string): void {
  if (!Array.isArray(item['summary'])) throw missing(`${path}.summary`)
  const proof = asString(item['encrypted_content'])
  if (proof !== undefined && !proof.startsWith(btoa('simulated-proof:').slice(0, 20))) {
    const message = `The encrypted content for item ${path} could not be verified.`
    throw new ProviderRefusal(400, message, { code: 'invalid_encrypted_content' })
  }
}

function checkResults(items: readonly JsonObject[]): void {
  const calls = new Set(
    items.filter((item) => item['type'] === 'function_call').map((item) => item['call_id']),
  )
  for (const item of items) {
    if (item['type'] !== 'function_call_output' || calls.has(item['call_id'])) continue
    const message = 'No tool call found for function call output with this call_id.'
    throw new ProviderRefusal(400, message, { param: 'input' })
  }
}

function requireText(item: JsonObject, field: string, path: string): void {
  if (typeof item[field] !== 'string') throw missing(`${path}.${field}`)
}
