import type { Call, CallBody } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { asObject, parseJson } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Operation } from '../core/record.ts'
import { decodeUtf8 } from '../core/text.ts'
import {
  addMultipartField,
  outlineJson,
  readMultipartField,
  setMembers,
  setMultipartField,
} from '../formats/index.ts'
import type { JsonOutline } from '../formats/index.ts'
import type { IntakeStage, Parsed } from '../pipeline/index.ts'
import type { ServerLimits } from './config.ts'
import { isForm } from './request.ts'

/** Endpoints that work on stored things and name no model. */
const operationsWithoutModel: ReadonlySet<Operation> = new Set(['files', 'batches', 'responses'])
/**
 * What a request without a model asks for, where OpenAI documents it and its clients rely on it.
 * https://platform.openai.com/docs/api-reference/moderations/create
 */
const defaultModels: Partial<Record<Operation, string>> = {
  moderations: 'omni-moderation-latest',
}
/** Makes the stage that reads and checks request bodies: size, time, nesting and message count first. */
export function createIntake(limits: ServerLimits): IntakeStage {
  return {
    async parse(call) {
      if (call.method !== 'POST') return withoutBody()
      const contentType = readContentType(call.headers)
      requireIdentity(call.headers)
      const bytes = await call.readBody()
      if (isForm(call.headers, call.operation)) {
        return parseForm(call, nameInForm(call, bytes, contentType), contentType)
      }
      return parseJsonCall(call, bytes, contentType, limits)
    },
  }
}

function withoutBody(): Parsed {
  const body = { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined }
  return { body, model: '', stream: false }
}

function parseForm(call: Call, bytes: Uint8Array, contentType: string): Parsed {
  const body: CallBody = { bytes, contentType, text: undefined, json: undefined }
  // A model in such a form would make a right to one model a right to store things.
  if (operationsWithoutModel.has(call.operation)) return { body, model: '', stream: false }
  const model = readMultipartField(bytes, contentType, 'model') ?? ''
  if (model === '') throw missingModel()
  return { body, model, stream: readMultipartField(bytes, contentType, 'stream') === 'true' }
}

function parseJsonCall(
  call: Call,
  bytes: Uint8Array,
  contentType: string,
  limits: ServerLimits,
): Parsed {
  if (bytes.byteLength === 0 && operationsWithoutModel.has(call.operation)) {
    return {
      body: { bytes, contentType, text: undefined, json: undefined },
      model: '',
      stream: false,
    }
  }
  if (contentType !== '' && !isJsonType(contentType)) {
    throw new GatewayError('unsupported_media_type', 'The request body must be application/json.')
  }
  const text = decodeUtf8(bytes)
  if (text === undefined) {
    throw new GatewayError('invalid_request', 'The request body is not valid UTF-8.')
  }
  const outline = outlineJson(text, limits.maxJsonDepth)
  const parsed = parseBody(text)
  checkCounts(parsed, limits)
  const sent: JsonBody = { bytes, contentType: 'application/json', text, json: parsed }
  const body = nameInJson(call, sent, outline)
  const { json } = body
  if (call.target !== undefined) return { body, ...call.target }
  const stream = readStream(json['stream'])
  if (operationsWithoutModel.has(call.operation)) return { body, model: '', stream }
  const model = json['model'] ?? defaultModels[call.operation]
  if (model === undefined) throw missingModel()
  if (typeof model !== 'string' || model === '' || model.length > 256) {
    throw new GatewayError('invalid_request', "'model' must be a string of 1 to 256 characters.", {
      param: 'model',
    })
  }
  return { body, model, stream }
}

/** A body that was read as JSON. */
interface JsonBody extends CallBody {
  readonly text: string
  readonly json: JsonObject
}

/**
 * Returns the body with the model that the path names: from here on one place says it, and what is checked
 * is what is sent. https://learn.microsoft.com/azure/ai-foundry/openai/reference
 */
function nameInJson({ deployment }: Call, body: JsonBody, outline: JsonOutline): JsonBody {
  if (deployment === undefined || body.json['model'] === deployment) return body
  const text = setMembers(body.text, outline, { model: deployment })
  return {
    bytes: new TextEncoder().encode(text),
    contentType: body.contentType,
    text,
    json: { ...body.json, model: deployment },
  }
}

/** As `nameInJson`, for forms. */
function nameInForm({ deployment }: Call, bytes: Uint8Array, contentType: string): Uint8Array {
  if (deployment === undefined) return bytes
  const field = { name: 'model', value: deployment }
  const isThere = readMultipartField(bytes, contentType, 'model') !== undefined
  const write = isThere ? setMultipartField : addMultipartField
  return write(bytes, contentType, field)
}

/** The type of a form is sent on with its boundary: what no header may hold is refused here. */
function readContentType(headers: Headers): string {
  const contentType = headers.get('content-type') ?? ''
  if (/^[\t\x20-\x7e]*$/.test(contentType)) return contentType
  throw new GatewayError('unsupported_media_type', 'The content type has a character no type has.')
}

/** A body in another coding would be read differently here and at the provider. */
function requireIdentity(headers: Headers): void {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity') return
  throw new GatewayError('unsupported_media_type', 'The request body must not be compressed.')
}

function parseBody(text: string): JsonObject {
  const json = asObject(parseJson(text))
  if (json !== undefined) return json
  throw new GatewayError('invalid_request', 'The request body is not valid JSON.')
}

function checkCounts(json: JsonObject, limits: ServerLimits): void {
  for (const [field, list] of Object.entries(json)) {
    if (Array.isArray(list) && list.length > limits.maxMessages) {
      throw new GatewayError(
        'request_too_large',
        `'${field.slice(0, 64)}' has more than the ${limits.maxMessages} entries this gateway accepts.`,
        { param: field.slice(0, 64) },
      )
    }
  }
}

function readStream(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return value === true
  throw new GatewayError('invalid_request', "'stream' must be true or false.", { param: 'stream' })
}

function isJsonType(contentType: string): boolean {
  const type = contentType.toLowerCase().split(';')[0]?.trim() ?? ''
  return type === 'application/json' || type.endsWith('+json') || type === 'text/plain'
}

function missingModel(): GatewayError {
  return new GatewayError('invalid_request', "The request names no model: set the field 'model'.", {
    param: 'model',
  })
}
