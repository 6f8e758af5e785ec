import type { Answer, Question } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import { asArray, asObject, asString, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import type { ConversationsConfig } from './config.ts'
import { expandQuestion, inputItems } from './expand.ts'
import type { Gaps } from './expand.ts'
import { openOwners } from './owners.ts'
import type { Owners } from './owners.ts'
import { findReferences } from './references.ts'
import { answerAboutTurn } from './stored-answers.ts'
import { createTurnStore } from './turn-store.ts'
import type { Turn, TurnStore } from './turn-store.ts'
import { watchAnswer } from './watch-answer.ts'

/**
 * What was said before: responses that later calls name. Each is kept by the provider that made it, of
 * which the gateway remembers whose it is, or by the gateway itself. To anybody else it does not exist.
 */
export interface Conversations extends AsyncDisposable {
  /** Sets how much is kept from now on. */
  configure(config: ConversationsConfig): void
  /**
   * Returns the provider that keeps what a question names, `undefined` when the gateway keeps it or
   * nothing is named. Throws `previous_response_not_found`, and `not_found` for calls about a response.
   */
  keeperOf(question: Question): string | undefined
  /**
   * Returns a question with what it names written out, as far as the gateway keeps it, and with the provider
   * that keeps the rest. Always the same for the same question.
   */
  expand(question: Question): Question
  /** Answers a call about a response that the gateway keeps; `undefined` for all others. Throws `not_found`. */
  answer(question: Question): Answer | undefined
  /**
   * Returns the answer, remembering it as it passes.
   * @param question as it was sent, its conversation written out
   * @param isKept whether the provider keeps the response itself
   */
  remember(question: Question, answer: Answer, isKept: boolean): Answer
  /** What the gateway keeps at present. */
  size(): { readonly responses: number; readonly bytes: number }
}

/** What a question names, and who keeps it. */
interface Found extends Gaps {
  readonly keeper: string | undefined
}

export interface ConversationOptions {
  readonly dataDir: string
  readonly clock: Clock
  readonly config: ConversationsConfig
  readonly onError: (error: unknown) => void
}

/** Opens the conversations of a data folder. */
export function openConversations(options: ConversationOptions): Conversations {
  return new KeptConversations(options)
}

class KeptConversations implements Conversations {
  #config: ConversationsConfig
  readonly #rooms: Rooms
  readonly #found = new WeakMap<Question, Found>()
  readonly #expanded = new WeakMap<Question, Question>()

  constructor(options: ConversationOptions) {
    this.#config = options.config
    const limits = () => this.#config
    this.#rooms = {
      limits,
      turns: createTurnStore({ clock: options.clock, limits }),
      owners: openOwners({ ...options, limits }),
    }
  }

  configure(config: ConversationsConfig): void {
    this.#config = config
  }

  keeperOf(question: Question): string | undefined {
    if (isResponseCall(question)) return this.#find(question).keeper
    const { call, principal } = question
    if (call.operation !== 'responses') return undefined
    const id = idOfPath(call.path)
    if (this.#rooms.turns.find(id, principal) !== undefined) return undefined
    const keeper = this.#rooms.owners.providerOf(id, principal)
    // The same words whether it is missing or another's: existence is not to be learnt here.
    if (keeper === undefined) {
      throw new GatewayError('not_found', `Response with id '${id}' not found.`)
    }
    return keeper
  }

  expand(question: Question): Question {
    if (!isResponseCall(question)) return question
    const known = this.#expanded.get(question)
    if (known !== undefined) return known
    const gaps = this.#find(question)
    const hasGaps = gaps.turn !== undefined || gaps.references.size > 0
    const { maxConversationBytes } = this.#config
    const whole = hasGaps ? expandQuestion(question, gaps, maxConversationBytes) : question
    const { keeper } = gaps
    const result = keeper === undefined ? whole : { ...whole, keeper }
    this.#expanded.set(question, result)
    return result
  }

  answer(question: Question): Answer | undefined {
    const { call, principal } = question
    if (call.operation !== 'responses') return undefined
    const { turns } = this.#rooms
    const id = idOfPath(call.path)
    const turn = turns.find(id, principal)
    if (turn !== undefined) {
      return answerAboutTurn(question, turn, () => turns.forget(id, principal))
    }
    // It may have gone since it was found.
    this.keeperOf(question)
    return undefined
  }

  remember(question: Question, answer: Answer, isKept: boolean): Answer {
    if (answer.status >= 300) return answer
    const { turns, owners } = this.#rooms
    if (question.call.operation === 'responses') return rememberStored(question, answer, owners)
    if (!isResponseCall(question) || question.body.json?.['store'] === false) return answer
    if (!isKept) return keepTurn(question, answer, turns)
    const { principal } = question
    const provider = answer.provider ?? ''
    return watchAnswer(answer, {
      onId: (id) => owners.own([id], provider, principal),
      onResponse: (response) => owners.own(itemIds(response), provider, principal),
    })
  }

  size(): { readonly responses: number; readonly bytes: number } {
    return this.#rooms.turns.size()
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#rooms.owners[Symbol.asyncDispose]()
  }

  #find(question: Question): Found {
    const known = this.#found.get(question) ?? findNamed(question, this.#rooms)
    this.#found.set(question, known)
    return known
  }
}

interface Rooms {
  readonly limits: () => ConversationsConfig
  readonly turns: TurnStore
  readonly owners: Owners
}

const nothingNamed: Found = { turn: undefined, references: new Map(), keeper: undefined }

function isResponseCall({ call }: Question): boolean {
  return call.clientFormat === 'openai-responses' && call.operation === 'chat'
}

function findNamed(question: Question, rooms: Rooms): Found {
  const { json } = question.body
  if (json === undefined) return nothingNamed
  refuseConversation(json)
  const previous = findPrevious(question, json, rooms)
  const { turns, owners, limits } = rooms
  const { maxConversationBytes: maxBytes } = limits()
  const items = findReferences(question, json, { turns, owners, maxBytes })
  const keepers = new Set([...items.keepers, previous.keeper].filter((name) => name !== undefined))
  const [keeper, another] = keepers
  if (another !== undefined) {
    throw new GatewayError(
      'invalid_request',
      'What this request goes on from is kept by different providers.',
      { param: 'input' },
    )
  }
  return { turn: previous.turn, references: items.references, keeper }
}

/** Conversations of the provider belong to nobody here, so nobody may name them. */
function refuseConversation(json: JsonObject): void {
  const { conversation } = json
  if (conversation === undefined || conversation === null) return
  throw new GatewayError(
    'invalid_request',
    'Conversations of the provider are not offered here: go on with previous_response_id.',
    { param: 'conversation' },
  )
}

function findPrevious(
  { principal }: Question,
  json: JsonObject,
  { turns, owners }: Rooms,
): Pick<Found, 'turn' | 'keeper'> {
  const id = json['previous_response_id']
  if (id === undefined || id === null) return { turn: undefined, keeper: undefined }
  const param = 'previous_response_id'
  if (typeof id !== 'string') {
    throw new GatewayError('invalid_request', `${param} must be a string.`, { param })
  }
  const turn = turns.find(id, principal)
  if (turn !== undefined) return { turn, keeper: undefined }
  const keeper = owners.providerOf(id, principal)
  if (keeper !== undefined) return { turn, keeper }
  throw new GatewayError(
    'previous_response_not_found',
    `Previous response with id '${id.slice(0, 128)}' not found.`,
    { param },
  )
}

/** Keeps a response of a provider that does not keep it, with what was new in its request. */
function keepTurn(question: Question, answer: Answer, turns: TurnStore): Answer {
  const { principal, body } = question
  return watchAnswer(answer, {
    onResponse(response, text) {
      const id = asString(response['id'])
      const hasEnded = response['status'] === 'completed' || response['status'] === 'incomplete'
      if (id === undefined || !hasEnded || !Array.isArray(response['output'])) return
      const items = inputItems(body.json)
      const previousId = asString(question.asked?.['previous_response_id'])
      const parent = previousId === undefined ? undefined : turns.find(previousId, principal)
      // Without its beginning a conversation is kept from its first item on.
      const goesOn = parent !== undefined && parent.itemCount <= items.length
      const known = goesOn ? parent.itemCount : 0
      const added = items.slice(known).map((item) => JSON.stringify(item))
      const turn: Turn = {
        id,
        parent: goesOn ? parent : undefined,
        input: Buffer.from(added.join(',')),
        response: Buffer.from(text),
        itemCount: items.length + response['output'].length,
        itemIds: itemIds(response),
      }
      turns.keep(turn, principal)
    },
  })
}

/** What a provider says about its responses: items that may be named from now on, or that one is gone. */
function rememberStored({ call, principal }: Question, answer: Answer, owners: Owners): Answer {
  const { provider, body } = answer
  if (provider === undefined) return answer
  if (call.method === 'DELETE') owners.forget(idOfPath(call.path), principal)
  const isList = /\/input_items(\?|$)/.test(call.path)
  if (!isList || (typeof body !== 'string' && !(body instanceof Uint8Array))) return answer
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const data = asArray(asObject(parseJson(text))?.['data'])
  owners.own(idsOf(data), provider, principal)
  return answer
}

function itemIds(response: JsonObject): string[] {
  return idsOf(asArray(response['output']))
}

function idsOf(items: ReturnType<typeof asArray>): string[] {
  return items.flatMap((item) => asString(asObject(item)?.['id']) ?? [])
}

/** `/responses/resp_1/input_items?x` names `resp_1`. */
function idOfPath(path: string): string {
  return /^\/responses\/([A-Za-z0-9_-]+)/.exec(path)?.[1] ?? ''
}
