import type { Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { asObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import {
  checkRequest,
  createLocator,
  outlineJson,
  setMembers,
  setMultipartField,
} from '../formats/index.ts'
import type {
  ClientFormat,
  Locate,
  NeutralRequest,
  ProviderFormat,
  Warn,
} from '../formats/index.ts'

/** What is sent to a provider for a question. */
export interface Prepared {
  readonly body: Uint8Array | string
  readonly contentType: string
  /** The gateway asked for usage frames that the client did not ask for. */
  readonly withholdUsage: boolean
  /** The client asked for usage inside a translated stream. */
  readonly clientWantsUsage: boolean
}

/** Members a provider wants in its bodies; `undefined` for those it wants left out. */
export type BodyMembers = Readonly<Record<string, JsonValue | undefined>>

/**
 * Prepares the body for a provider that speaks the client's own format: the original bytes, or the
 * original text with the model name and the wish for usage set in place.
 */
export function prepareSame(
  question: Question,
  model: string,
  options: { readonly askUsage: boolean; readonly members: BodyMembers },
): Prepared {
  const { body } = question
  const changes: Record<string, JsonValue | undefined> = {}
  if (model !== question.model && question.model !== '') changes['model'] = model
  const streamOptions = asObject(body.json?.['stream_options'])
  const withholdUsage =
    options.askUsage && question.stream && streamOptions?.['include_usage'] !== true
  if (withholdUsage) changes['stream_options'] = { ...streamOptions, include_usage: true }
  Object.assign(changes, options.members)
  if (body.text === undefined || Object.keys(changes).length === 0) {
    return {
      body: rewriteForm(question, model),
      contentType: body.contentType,
      withholdUsage,
      clientWantsUsage: false,
    }
  }
  const outline = outlineJson(body.text, Infinity)
  return {
    body: setMembers(body.text, outline, changes),
    contentType: body.contentType,
    withholdUsage,
    clientWantsUsage: false,
  }
}

/** Prepares the body for a provider of another format, through the neutral form. */
export function prepareTranslated(
  question: Question,
  model: string,
  formats: {
    readonly client: ClientFormat
    readonly provider: ProviderFormat
    readonly membersOf: (body: JsonObject, warn: Warn) => BodyMembers
    readonly warn: Warn
    /** Changes the request before it is written. */
    readonly revise?: ((request: NeutralRequest) => NeutralRequest) | undefined
  },
): Prepared {
  const { client, provider, warn } = formats
  const { target } = question.call
  const json = jsonOf(question)
  const read = client.readRequest(json, target)
  const request = formats.revise?.(read) ?? read
  for (const field of request.inexpressible) warn({ type: 'dropped', field })
  const locate = createLocator(client, json, target)
  const warnOf: Warn = (warning) => warn({ ...warning, field: locate(warning.field) })
  const asked = { ...request, model, streamUsage: true }
  const body = inCallersWords(locate, () => {
    checkRequest(request)
    return provider.writeRequest(asked, warnOf)
  })
  return {
    body: JSON.stringify({ ...body, ...formats.membersOf(body, warnOf) }),
    contentType: 'application/json',
    withholdUsage: false,
    clientWantsUsage: request.streamUsage === true,
  }
}

/** Lets an error name the field that is at fault as it is called in the caller's body. */
function inCallersWords<T>(locate: Locate, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof GatewayError) || error.param === undefined) throw error
    const param = locate(error.param)
    const message = error.message.replace(error.param, () => param)
    throw new GatewayError(error.code, message, { param, cause: error })
  }
}

function rewriteForm(question: Question, model: string): Uint8Array {
  const { bytes, contentType } = question.body
  if (model === question.model || question.model === '') return bytes
  return setMultipartField(bytes, contentType, { name: 'model', value: model })
}

function jsonOf(question: Question): JsonObject {
  if (question.body.json !== undefined) return question.body.json
  throw new GatewayError('invalid_request', 'The request body must be a JSON object.')
}
