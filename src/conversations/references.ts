import type { Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { asArray, asObject, asString } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { conversationTooLarge } from './expand.ts'
import type { Owners } from './owners.ts'
import { itemTexts } from './stored-answers.ts'
import type { Turn, TurnStore } from './turn-store.ts'

/** Items of kept responses that an input names. */
export interface References {
  /** JSON of the items that the gateway keeps, by their place in the input. */
  readonly references: ReadonlyMap<number, string>
  /** Providers that keep the others. */
  readonly keepers: readonly string[]
}

/**
 * Finds what the items of an input stand for. Throws `invalid_request` for items that are missing or
 * another's, and `request_too_large`.
 */
export function findReferences(
  { principal }: Pick<Question, 'principal'>,
  json: JsonObject,
  kept: {
    readonly turns: Pick<TurnStore, 'findByItem'>
    readonly owners: Pick<Owners, 'providerOf' | 'isOthers'>
    /** Most bytes of all items together that the gateway keeps. */
    readonly maxBytes: number
  },
): References {
  const { turns, owners, maxBytes } = kept
  const references = new Map<number, string>()
  const keepers: string[] = []
  const textOf = createItemReader(maxBytes)
  for (const [index, element] of asArray(json['input']).entries()) {
    const item = asObject(element)
    if (item === undefined) continue
    const shown = shownId(item)
    if (shown !== undefined && owners.isOthers(shown, principal)) throw notFound(shown, index)
    const id = referenceOf(item)
    if (id === undefined) continue
    const turn = turns.findByItem(id, principal)
    const text = turn && textOf(turn, id)
    const keeper = text === undefined ? owners.providerOf(id, principal) : undefined
    if (text !== undefined) references.set(index, text)
    else if (keeper !== undefined) keepers.push(keeper)
    else throw notFound(id, index)
  }
  return { references, keepers }
}

/**
 * Makes what reads items of turns: a turn once, however many of its items are named, and together no more
 * than a conversation may hold, however often each is named. Throws `request_too_large`.
 */
function createItemReader(maxBytes: number): (turn: Turn, id: string) => string | undefined {
  const known = new Map<Turn, ReadonlyMap<string, string>>()
  let bytes = 0
  return (turn, id) => {
    const texts = known.get(turn) ?? itemTexts(turn)
    known.set(turn, texts)
    const text = texts.get(id)
    bytes += text?.length ?? 0
    if (bytes > maxBytes) throw conversationTooLarge(maxBytes, 'input')
    return text
  }
}

/** Id of the item that stands in for another. Its type may be left out. */
function referenceOf(item: JsonObject): string | undefined {
  const type = item['type'] ?? ('role' in item ? 'message' : 'item_reference')
  return type === 'item_reference' ? (asString(item['id']) ?? '') : undefined
}

/** Items that say everything themselves: their id stands for nothing. */
const selfContained: ReadonlySet<string> = new Set([
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
])

/**
 * Returns the id of an item that is shown with its kind, but that its provider may complete from what it
 * keeps under the id: thoughts without their seal, images, calls of the provider's own tools.
 */
function shownId(item: JsonObject): string | undefined {
  const type = asString(item['type'])
  if (type === undefined || selfContained.has(type)) return undefined
  return typeof item['encrypted_content'] === 'string' ? undefined : asString(item['id'])
}

function notFound(id: string, index: number): GatewayError {
  const param = `input[${index}].id`
  return new GatewayError('invalid_request', `Item with id '${id.slice(0, 128)}' not found.`, {
    param,
  })
}
