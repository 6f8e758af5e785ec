import type { Ownership } from './catalog/index.ts'
import type { Question } from './core/call.ts'
import { GatewayError } from './core/errors.ts'
import type { Offer, Stages } from './pipeline/index.ts'

/**
 * Lets callers name only files of their own in what they ask a model, and lets only the provider that keeps
 * them answer: all users of a gateway share its account there, so an id alone would open everyone's files.
 */
export function withFiles(stages: Stages, ownership: Pick<Ownership, 'keeperOf'>): Stages {
  const { catalog, limits, compliance } = stages
  /** Who keeps what a question names; only questions that name something are in it. */
  const keepers = new WeakMap<Question, string>()

  function check(question: Question, offer: Offer): void {
    const keeper = ownership.keeperOf(question)
    if (keeper === undefined) return
    requireKeeper(offer, keeper, question)
    keepers.set(question, keeper)
  }

  return {
    ...stages,
    catalog: {
      resolve(question) {
        const offer = catalog.resolve(question)
        // Calls without a model name what they are about in their path, and were checked for it.
        if (question.model !== '') check(question, offer)
        return offer
      },
    },
    limits: {
      reserve(question, offer) {
        // It goes on from a conversation, and may have been written out: what that was about belongs to it.
        if (question.asked !== undefined || question.keeper !== undefined) check(question, offer)
        return limits.reserve(question, offer)
      },
    },
    compliance: {
      ...compliance,
      redact(question, decision) {
        const redacted = compliance.redact(question, decision)
        const keeper = keepers.get(question)
        return keeper === undefined ? redacted : { ...redacted, keeper }
      },
    },
  }
}

/** What a provider keeps, no other can read. */
function requireKeeper(offer: Offer, keeper: string, { keeper: other }: Question): void {
  if (other !== undefined && other !== keeper) {
    throw new GatewayError(
      'invalid_request',
      'The previous response and the file are kept by different providers.',
    )
  }
  if (offer.order().some(({ provider }) => provider === keeper)) return
  throw new GatewayError(
    'invalid_request',
    'The file is kept by a provider that does not offer this model.',
  )
}
