import { asArray, asObject, asString, isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { ProviderRefusal } from './errors.ts'
import { textOf } from './text.ts'

/** PCM of 16 bits at 24 kHz, of which ten tokens make a second. */
export const audioBytesPerToken = 4_800

/** An item of the conversation, with what the model would hear in it. */
export interface Item {
  readonly id: string
  readonly value: JsonObject
  readonly audioBytes: number
}

/** What one conversation may hold. */
const maxItems = 10_000
const maxCharacters = 67_108_864

const partTypes: Readonly<Record<string, readonly string[]>> = {
  user: ['input_text', 'input_audio', 'input_image'],
  system: ['input_text'],
  assistant: ['output_text', 'output_audio', 'text', 'audio'],
}

/** The items of a session in their order, and the audio that was not made one yet. */
export class Conversation {
  #items: Item[] = []
  #charactersLeft = maxCharacters
  #buffered = 0
  #lastId = 0

  get items(): readonly Item[] {
    return this.#items
  }

  /** Takes in base64 of an audio buffer. Throws `ProviderRefusal`. */
  appendAudio(audio: JsonValue | undefined): void {
    if (typeof audio !== 'string') throw missing('audio')
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(audio) || audio.length % 4 !== 0) {
      throw refusal("Invalid 'audio'. Expected base64-encoded audio bytes.", 'audio')
    }
    this.#buffered += Buffer.byteLength(audio, 'base64')
  }

  clearAudio(): void {
    this.#buffered = 0
  }

  /** Makes an item of the buffered audio. Throws `ProviderRefusal` when there is too little of it. */
  commitAudio(): Item {
    if (this.#buffered < audioBytesPerToken) {
      const had = (this.#buffered / 48).toFixed(2)
      throw refusal(
        `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${had}ms of audio.`,
      )
    }
    const content = [{ type: 'input_audio', transcript: null }]
    const item = this.#itemOf({ type: 'message', role: 'user', status: 'completed', content })
    const heard = { ...item, audioBytes: this.#buffered }
    this.#buffered = 0
    this.#items.push(heard)
    return heard
  }

  /** Adds an item that the client made, behind the one it names. Throws `ProviderRefusal`. */
  create(event: JsonObject): Item {
    const value = event['item']
    if (!isObject(value)) throw missing('item')
    checkItem(value, this.#items)
    const item = this.#itemOf(value)
    this.#items.splice(this.#placeAfter(asString(event['previous_item_id'])), 0, item)
    return item
  }

  /** Adds an item the model made. */
  append(value: JsonObject): Item {
    const item = this.#itemOf(value)
    this.#items.push(item)
    return item
  }

  /** Returns an item. Throws `ProviderRefusal` when there is none of this id. */
  find(id: JsonValue | undefined): Item {
    const found = this.#items.find((item) => item.id === id)
    if (found !== undefined) return found
    throw refusal(`Item with item_id not found: ${asString(id)}.`, 'item_id')
  }

  delete(id: JsonValue | undefined): Item {
    const found = this.find(id)
    this.#items = this.#items.filter((item) => item !== found)
    return found
  }

  previousId(item: Item): string | null {
    return this.#items[this.#items.indexOf(item) - 1]?.id ?? null
  }

  newItemId(): string {
    this.#lastId += 1
    return `item_sim_${this.#lastId}`
  }

  #itemOf(value: JsonObject): Item {
    this.#charactersLeft -= JSON.stringify(value).length
    if (this.#items.length >= maxItems || this.#charactersLeft < 0) {
      throw refusal('The conversation is longer than a simulation remembers.')
    }
    const id = asString(value['id']) ?? this.newItemId()
    const audio = asArray(value['content']).map((part) => asString(asObject(part)?.['audio']) ?? '')
    const audioBytes = audio.reduce((sum, text) => sum + Buffer.byteLength(text, 'base64'), 0)
    const object = 'realtime.item'
    return { id, value: { status: 'completed', ...value, id, object }, audioBytes }
  }

  #placeAfter(previousId: string | undefined): number {
    if (previousId === undefined) return this.#items.length
    if (previousId === 'root') return 0
    return this.#items.indexOf(this.find(previousId)) + 1
  }
}

/** Returns what a model would read in items. */
export function textOfItems(items: readonly Item[]): string {
  return items
    .map(
      ({ value }) =>
        textOf(value['content']) + textOf(value['output']) + textOf(value['arguments']),
    )
    .join('\n')
}

/** A refused event, as the interface words it. */
export function refusal(message: string, param?: string): ProviderRefusal {
  return new ProviderRefusal(400, message, param === undefined ? {} : { param })
}

export function missing(param: string): ProviderRefusal {
  return refusal(`Missing required parameter: '${param}'.`, param)
}

function checkItem(item: JsonObject, items: readonly Item[]): void {
  if (items.some(({ id }) => id === item['id'])) {
    throw refusal(`Item with id already exists: ${asString(item['id'])}.`, 'item.id')
  }
  switch (asString(item['type'])) {
    case 'message':
      return checkMessage(item)
    case 'function_call':
      for (const field of ['name', 'arguments']) {
        if (typeof item[field] !== 'string') throw missing(`item.${field}`)
      }
      return
    case 'function_call_output':
      if (typeof item['output'] !== 'string') throw missing('item.output')
      if (
        items.some(
          ({ value }) => value['type'] === 'function_call' && value['call_id'] === item['call_id'],
        )
      )
        return
      throw refusal(
        `Tool call ID not found in conversation: ${asString(item['call_id'])}.`,
        'item.call_id',
      )
    case undefined:
      throw missing('item.type')
    default:
      throw refusal(`Invalid value: '${asString(item['type'])}'.`, 'item.type')
  }
}

function checkMessage(item: JsonObject): void {
  const role = asString(item['role'])
  if (role === undefined) throw missing('item.role')
  const allowed = Object.hasOwn(partTypes, role) ? partTypes[role] : undefined
  if (allowed === undefined) throw refusal(`Invalid value: '${role}'.`, 'item.role')
  if (!Array.isArray(item['content'])) throw missing('item.content')
  for (const [index, part] of asArray(item['content']).entries()) {
    const type = asString(asObject(part)?.['type']) ?? ''
    if (!allowed.includes(type)) {
      throw refusal(`Invalid value: '${type}'.`, `item.content[${index}].type`)
    }
  }
}
