import type { Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { matchesAny } from '../core/patterns.ts'
import type { Principal } from '../core/principal.ts'
import type { Target } from '../core/target.ts'

/** A model as it is offered: its public name and who may answer for it. */
export interface OfferedModel {
  readonly name: string
  /** Returns the targets in the order in which they are to be tried. */
  readonly order: () => readonly Target[]
}

/** The catalogue of one configuration version. Immutable. */
export interface Catalog {
  /** Returns the offer for a name, or throws `model_not_found` (404), `model_not_permitted` (403). */
  resolve(name: string, principal: Principal): OfferedModel
  /**
   * Returns the offer for endpoints that name no model (files, batches): what is stored there may be used
   * with any model, so the caller must be permitted to use all of them.
   * @param keeper the provider that keeps what the call names, if it names anything
   */
  resolveWithoutModel(question: Question, keeper: string | undefined): OfferedModel
  /** Names this principal may ask for, in the order of the configuration. */
  list(principal: Principal): readonly string[]
}

/**
 * Makes the catalogue.
 * @param models offers by name, in the order they are listed
 * @param stores offers for endpoints without a model, by provider name; the first is the default
 */
export function createCatalog(
  models: ReadonlyMap<string, OfferedModel>,
  stores: ReadonlyMap<string, OfferedModel>,
): Catalog {
  const list = (principal: Principal) =>
    [...models.keys()].filter((name) => matchesAny(principal.models, name))

  return {
    list,
    resolve(name, principal) {
      const offer = models.get(name)
      if (offer === undefined) throw notFound(name, list(principal))
      if (!matchesAny(principal.models, name)) {
        throw new GatewayError(
          'model_not_permitted',
          `This key may not use the model '${name}'.${suggestion(name, list(principal))}`,
          { param: 'model' },
        )
      }
      return offer
    },
    resolveWithoutModel({ call, principal }, keeper) {
      if (!principal.models.includes('*')) {
        throw new GatewayError(
          'model_not_permitted',
          'This endpoint needs a key that may use every model, since it is not bound to one.',
        )
      }
      const asked = keeper ?? call.headers.get('x-smartflow-provider')
      const offer = asked === null ? stores.values().next().value : stores.get(asked)
      if (offer !== undefined) return offer
      throw new GatewayError(
        'not_supported',
        asked === null
          ? 'No configured provider offers this endpoint.'
          : 'The provider named in x-smartflow-provider is not configured or does not offer this endpoint.',
      )
    },
  }
}

function notFound(name: string, permitted: readonly string[]): GatewayError {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name
  return new GatewayError(
    'model_not_found',
    `The model '${shown}' is not offered here.${suggestion(name, permitted)}`,
    { param: 'model' },
  )
}

function suggestion(name: string, permitted: readonly string[]): string {
  const close = nearest(name, permitted)
  return close === undefined ? '' : ` Did you mean '${close}'?`
}
