import { randomUUID } from 'node:crypto'
import { asArray, asString, isObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { ProviderRefusal } from './errors.ts'
import { jsonReply } from './reply.ts'
import type { WholeReply } from './reply.ts'
import { hashText } from './text.ts'

const maxResponses = 1_024

interface StoredResponse {
  readonly response: JsonObject
  /** The conversation that led to it. */
  readonly items: readonly JsonObject[]
}

/** Responses of calls that did not say `store: false`, in memory; the oldest goes when there is no room. */
export class StoredResponses {
  readonly #byId = new Map<string, StoredResponse>()
  /** Two providers never give the same id, as each answer is kept by one of them. */
  readonly #origin = randomUUID()
  #count = 0

  /** Makes an id; the same request gets another each time, as each answer can be named by itself. */
  nextId(seed: string): string {
    return hashText(`${this.#origin} ${++this.#count} ${seed}`)
  }

  keep(stored: StoredResponse): void {
    const [oldest] = this.#byId.keys()
    if (oldest !== undefined && this.#byId.size >= maxResponses) this.#byId.delete(oldest)
    this.#byId.set(asString(stored.response['id']) ?? '', stored)
  }

  /** Everything up to and with a response. */
  conversation(id: string): JsonObject[] {
    const stored = this.#byId.get(id)
    if (stored === undefined) {
      throw new ProviderRefusal(400, `Previous response with id '${id}' not found.`, {
        param: 'previous_response_id',
        code: 'previous_response_not_found',
      })
    }
    return [...stored.items, ...outputItems(stored.response)]
  }

  /** The item a reference names. */
  item(id: string): JsonObject {
    for (const { response } of this.#byId.values()) {
      const found = outputItems(response).find((item) => item['id'] === id)
      if (found !== undefined) return found
    }
    throw new ProviderRefusal(404, `Item with id '${id}' not found.`, { param: 'input' })
  }

  get(id: string): WholeReply {
    return jsonReply(this.#find(id).response)
  }

  delete(id: string): WholeReply {
    this.#find(id)
    this.#byId.delete(id)
    return jsonReply({ id, object: 'response', deleted: true })
  }

  /** Only what runs in the background can be cancelled. */
  cancel(id: string): WholeReply {
    const { response } = this.#find(id)
    if (response['background'] !== true) {
      throw new ProviderRefusal(400, 'Cannot cancel a synchronous response.')
    }
    return jsonReply({ ...response, status: 'cancelled', output: [] })
  }

  inputItems(id: string): WholeReply {
    const data = this.#find(id).items.map((item, index) => ({
      id: `${item['type'] === 'function_call_output' ? 'fco' : 'msg'}_${id.slice(5)}_in_${index}`,
      type: 'message',
      ...item,
    }))
    return jsonReply({
      object: 'list',
      data: data.toReversed(),
      first_id: data.at(-1)?.id ?? null,
      last_id: data[0]?.id ?? null,
      has_more: false,
    })
  }

  #find(id: string): StoredResponse {
    const stored = this.#byId.get(id)
    if (stored !== undefined) return stored
    throw new ProviderRefusal(404, `Response with id '${id}' not found.`, { param: 'id' })
  }
}

/** The items of a response that continue a conversation. */
export function outputItems(response: JsonObject): JsonObject[] {
  return asArray(response['output']).filter(isObject)
}
