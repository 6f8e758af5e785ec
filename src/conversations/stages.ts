import type { Answer } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { Offer, Stages } from '../pipeline/index.ts'
import type { Conversations } from './conversations.ts'

export interface ConversationParts {
  readonly conversations: Pick<Conversations, 'keeperOf' | 'expand' | 'answer' | 'remember'>
  /** Offers of the providers that keep responses, for calls about them, by provider name. */
  readonly keepers: ReadonlyMap<string, Offer>
}

/**
 * Puts conversations between the stages of the pipeline: who keeps what is named decides who may be
 * asked; limits, compliance, cache and provider see the whole conversation; and what compliance has
 * passed, and only that, is remembered.
 */
export function withConversations(stages: Stages, parts: ConversationParts): Stages {
  const { conversations, keepers } = parts
  const { catalog, limits, compliance, routing } = stages
  return {
    ...stages,
    catalog: {
      resolve(question) {
        const keeper = conversations.keeperOf(question)
        if (question.call.operation === 'responses') return offerOfKeeper(keeper, keepers)
        const offer = catalog.resolve(question)
        if (keeper !== undefined) requireKeeper(offer, keeper)
        return offer
      },
    },
    limits: {
      reserve: (question, offer) => limits.reserve(conversations.expand(question), offer),
    },
    compliance: {
      inspectRequest: (question, offer) =>
        compliance.inspectRequest(conversations.expand(question), offer),
      redact: (question, decision) => compliance.redact(conversations.expand(question), decision),
      inspectAnswer(question, given, decision) {
        const remember = (answer: Answer): Answer => {
          // What was answered before is kept for whom it was made for first: to others it is a copy.
          const isKept = answer.cache !== 'hit' && keepers.has(answer.provider ?? '')
          return conversations.remember(question, answer, isKept)
        }
        const answer = compliance.inspectAnswer(question, given, decision)
        return answer instanceof Promise ? answer.then(remember) : remember(answer)
      },
      forget: (question) => compliance.forget(question),
    },
    routing: {
      send(question, offer) {
        const own = conversations.answer(question)
        return own === undefined ? routing.send(question, offer) : Promise.resolve(own)
      },
    },
  }
}

/** The gateway itself answers about what it keeps, so that no one needs to be asked. */
const gatewayOffer: Offer = { name: '', order: () => [] }

function offerOfKeeper(keeper: string | undefined, keepers: ReadonlyMap<string, Offer>): Offer {
  if (keeper === undefined) return gatewayOffer
  const offer = keepers.get(keeper)
  if (offer !== undefined) return offer
  throw new GatewayError(
    'not_found',
    'The provider that kept this response is not configured any more.',
  )
}

/** Only the provider that keeps the beginning of a conversation can go on with it. */
function requireKeeper(offer: Offer, keeper: string): void {
  if (offer.order().some(({ provider }) => provider === keeper)) return
  throw new GatewayError(
    'invalid_request',
    'The previous response is kept by a provider that does not offer this model.',
    { param: 'previous_response_id' },
  )
}
