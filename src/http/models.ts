import { GatewayError } from '../core/errors.ts'
import type { ClientFormat } from '../formats/index.ts'
import { identifyingHeaders } from './render.ts'

/** A model as lists tell of it. */
export interface ListedModel {
  readonly name: string
  /** The provider it is first asked of. */
  readonly ownedBy: string
}

/** Who asks for models, and in which dialect. */
interface Asking {
  readonly requestId: string
  readonly format: ClientFormat
}

/** Since models are offered by configuration, none has a date of its own; clients require one. */
const createdAt = 0

/** Renders the models a caller may ask for in its own dialect. */
export function renderModels(models: readonly ListedModel[], asking: Asking): Response {
  const data = models.map(describeIn(asking.format))
  const headers = identifyingHeaders(asking.requestId, asking.format)
  if (asking.format.name === 'gemini') return Response.json({ models: data }, { headers })
  const ends = { first_id: models[0]?.name ?? null, last_id: models.at(-1)?.name ?? null }
  const list = isAnthropic(asking.format)
    ? { data, has_more: false, ...ends }
    : { object: 'list', data }
  return Response.json(list, { headers })
}

/** Renders one model in the caller's dialect. Throws `model_not_found` when there is none. */
export function renderModel(model: ListedModel | undefined, asking: Asking): Response {
  if (model === undefined) {
    throw new GatewayError('model_not_found', 'There is no such model for this key.')
  }
  const headers = identifyingHeaders(asking.requestId, asking.format)
  return Response.json(describeIn(asking.format)(model), { headers })
}

function describeIn(format: ClientFormat): (model: ListedModel) => object {
  if (format.name === 'gemini') return describeForGemini
  return isAnthropic(format) ? describeForAnthropic : describeForOpenAi
}

function isAnthropic(format: ClientFormat): boolean {
  return format.name === 'anthropic-messages'
}

function describeForOpenAi({ name, ownedBy }: ListedModel): object {
  return { id: name, object: 'model', created: createdAt, owned_by: ownedBy }
}

function describeForAnthropic({ name }: ListedModel): object {
  const created = new Date(createdAt).toISOString()
  return { type: 'model', id: name, display_name: name, created_at: created }
}

/** https://ai.google.dev/api/models#Model */
function describeForGemini({ name, ownedBy }: ListedModel): object {
  return {
    name: `models/${name}`,
    version: name,
    displayName: name,
    description: `Offered by ${ownedBy}`,
    supportedGenerationMethods: [
      'generateContent',
      'streamGenerateContent',
      'countTokens',
      'embedContent',
      'batchEmbedContents',
    ],
  }
}
