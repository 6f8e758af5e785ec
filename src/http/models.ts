import type { Call } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'

/** Since models are offered by configuration, none has a date of its own; clients require one. */
const createdAt = 0

/**
 * Renders the models a caller may ask for, or one of them. The shape is Anthropic's on its path and for
 * clients that send `anthropic-version`, OpenAI's otherwise. Throws `model_not_found`.
 */
export function renderModels(
  names: readonly string[],
  asked: { readonly format: string; readonly id: string | undefined },
  call: Call,
): Response {
  const isAnthropic =
    asked.format === 'anthropic-messages' || call.headers.get('anthropic-version') !== null
  const describe = isAnthropic ? describeForAnthropic : describeForOpenAi
  const headers = { 'x-request-id': call.requestId }
  if (asked.id !== undefined) {
    if (!names.includes(asked.id)) {
      throw new GatewayError('model_not_found', 'There is no such model for this key.')
    }
    return Response.json(describe(asked.id), { headers })
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
