import { asArray, asObject, type JsonObject } from '../core/json.ts'
import type { BodyMembers } from './prepare.ts'
import type { EndpointRequest } from './provider.ts'

/**
 * Names the model where bodies of Gemini repeat the one of the path: in requests for vectors, and for
 * counting what a whole request would cost. Chats say nothing of it.
 */
export function geminiMembers(request: EndpointRequest, body: JsonObject): BodyMembers {
  const name = `models/${request.model}`
  if (request.operation === 'count_tokens') {
    const counted = asObject(body['generateContentRequest'])
    const renamed = { generateContentRequest: { ...counted, model: name } }
    return { model: undefined, ...(counted === undefined ? {} : renamed) }
  }
  if (request.operation !== 'embeddings') return {}
  if (request.path.endsWith(':embedContent')) return { model: name }
  const requests = asArray(body['requests']).map((each) => ({ ...asObject(each), model: name }))
  return { model: undefined, requests }
}
