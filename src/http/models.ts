import { GatewayError } from '../core/errors.ts'
import type { ClientFormat } from '../formats/index.ts'
import { identifyingHeaders } from './render.ts'

/** Since models are offered by configuration, none has a date of its own; clients require one. */
const createdAt = 0

/** Renders the models a caller may ask for, or one of them, in its own dialect. Throws `model_not_found`. */
export function renderModels(
  names: readonly string[],
  id: string | undefined,
  asked: { readonly requestId: string; readonly format: ClientFormat },
): Response {
  const isAnthropic = asked.format.name === 'anthropic-messages'
  const describe = isAnthropic ? describeForAnthropic : describeForOpenAi
  const headers = identifyingHeaders(asked.requestId, asked.format)
  if (id !== undefined) {
    if (!names.includes(id)) {
      throw new GatewayError('model_not_found', 'There is no such model for this key.')
    }
    return Response.json(describe(id), { headers })
  }
  const data = names.map(describe)
  const list = isAnthropic
    ? { data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null }
    : { object: 'list', data }
  return Response.json(list, { headers })
}

function describeForOpenAi(id: string): object {
  return { id, object: 'model', created: createdAt, owned_by: 'smartflow' }
}

function describeForAnthropic(id: string): object {
  return { type: 'model', id, display_name: id, created_at: new Date(createdAt).toISOString() }
}
