import type { Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { matchesAny } from '../core/patterns.ts'
import type { Principal } from '../core/principal.ts'
import type { AliasesConfig, CatalogConfig, TierConfig } from './aliases-config.ts'
import type { ModelConfig } from './config.ts'
import { createLineup } from './lineup.ts'
import type { Named } from './lineup.ts'
import { listModels } from './listing.ts'
import type { ListableModel, ListedModel, ListingParts } from './listing.ts'
import { findAtProvider } from './provider-choice.ts'
import type { ProviderChoice } from './provider-choice.ts'
import { createRecentValues } from './recent-values.ts'
import {
  counterpartNotPermitted,
  noCounterpart,
  notFound,
  notPermitted,
  providerHeaderIsOff,
  unknownProvider,
} from './refusals.ts'
import { createTierTable } from './tiers.ts'

/** A model as a caller asked for it. */
export interface AskedModel {
  /** As the caller spelled it. */
  readonly name: string
  readonly principal: Principal
  /** The provider that the caller wants it from, if it said so. */
  readonly provider?: string | undefined
}

/** What an asked name led to. */
export interface Resolution<Offer> {
  readonly offer: Offer
  /** The name by which the answer is to call its model; the provider's own when absent. */
  readonly echo: string | undefined
  /** The caller asked for the context of a million tokens. */
  readonly longContext: boolean
}

/**
 * The catalogue of one configuration version: which names there are, what they stand for and who may
 * use them. Immutable but for the models of wildcards, which are made when they are first asked for.
 *
 * The rule of permission: a call is permitted when a pattern of its caller matches the name that was asked
 * for, or a name for which that one is an alias. The suffix `[1m]` is no part of a name. Whoever asks for a
 * provider must be permitted the asked name and also the model that answers, by one of its names here.
 */
export interface Catalog<Offer> {
  /**
   * Returns the offer for a name. Throws `model_not_found` (404), `model_not_permitted` (403) and, for
   * a provider that is not configured, `invalid_request` (400).
   */
  resolve(asked: AskedModel): Resolution<Offer>
  /**
   * Returns the offer of the provider that an operator has forced on all calls; `undefined` for names
   * that have no counterpart there or that the caller may not ask for. The operator's choice of who
   * answers needs no permission of the caller.
   */
  resolveForced(asked: AskedModel, provider: string): Resolution<Offer> | undefined
  /**
   * Returns the offer for endpoints that name no model (files, batches): what is stored there may be used
   * with any model, so the caller must be permitted to use all of them.
   * @param keeper the provider that keeps what the call names, if it names anything
   */
  resolveWithoutModel(question: Question, keeper: string | undefined): Offer
  /** Models this principal may ask for: the configured in their order, aliases, known models of wildcards. */
  list(principal: Principal): readonly ListedModel[]
  /** Returns a model by its name, also one that only a wildcard knows; `undefined` when the principal may not ask for it. */
  find(name: string, principal: Principal): ListedModel | undefined
  /** Returns the configuration of the model a name stands for, whoever may use it. */
  modelNamed(name: string): ModelConfig | undefined
}

/** What a catalogue is made of. */
export interface CatalogParts<Offer> {
  readonly models: readonly ModelConfig[]
  readonly aliases: AliasesConfig
  readonly tiers: readonly TierConfig[]
  readonly settings: CatalogConfig
  /** Names of all configured providers. */
  readonly providers: readonly string[]
  /** Offers for endpoints without a model, by provider name; the first is the default. */
  readonly stores: ReadonlyMap<string, Offer>
  /**
   * Makes the offer of a model whose name and targets hold no stars.
   * @param isConfigured whether the configuration names it; callers make up any number of others
   */
  readonly makeOffer: (model: ModelConfig, isConfigured: boolean) => Offer
  /** Names of the models a provider is known to have; asked for when models are first listed. */
  readonly knownModels: (provider: string) => readonly string[]
}

/** Makes the catalogue of a configuration. */
export function createCatalog<Offer>(parts: CatalogParts<Offer>): Catalog<Offer> {
  const { settings, providers, makeOffer } = parts
  const lineup = createLineup(parts)
  const tiers = createTierTable(parts.tiers)
  const configured = new Map(
    lineup.exactModels.map((model) => [model.name, makeOffer(model, true)]),
  )
  const made = createRecentValues<Offer>(settings.maxWildcardModels)
  const choose = createChooser(parts, (named, provider) =>
    findAtProvider({ lineup, tiers }, named, provider),
  )
  const list = createListing(parts, { lineup, tiers })

  function offerAtHand(asked: AskedModel, named: Named): Resolution<Offer> {
    const concrete = lineup.find(named)
    if (concrete === undefined) throw notFound(asked.name, namesOf(list(asked.principal)))
    if (!mayUse(asked.principal, named.names)) {
      throw notPermitted(asked.name, namesOf(list(asked.principal)))
    }
    const { model, isRenamed } = concrete
    const isOther = named.names.length > 1 || isRenamed
    return {
      offer: configured.get(model.name) ?? made.get(model.name, () => makeOffer(model, false)),
      echo: isEchoed(settings, isOther) ? named.asked : undefined,
      longContext: named.longContext,
    }
  }

  function offerOfProvider(asked: AskedModel, named: Named, provider: string): Resolution<Offer> {
    if (settings.providerHeader === 'off') throw providerHeaderIsOff()
    if (!providers.includes(provider)) throw unknownProvider(provider, providers)
    const { name, principal } = asked
    const found = choose(named, provider)
    if (found === 'unknown') throw notFound(name, namesOf(list(principal)))
    if (!mayUse(principal, named.names)) throw notPermitted(name, namesOf(list(principal)))
    if (found === 'no-counterpart') throw noCounterpart(name, provider)
    if (!mayUse(principal, found.publicNames)) throw counterpartNotPermitted(name, provider)
    return resolutionOf(found.offer, named, settings)
  }

  return {
    resolve(asked) {
      const named = lineup.read(asked.name)
      return asked.provider === undefined
        ? offerAtHand(asked, named)
        : offerOfProvider(asked, named, asked.provider)
    },
    resolveForced({ name, principal }, provider) {
      const named = lineup.read(name)
      const found = mayUse(principal, named.names) ? choose(named, provider) : 'unknown'
      return typeof found === 'string' ? undefined : resolutionOf(found.offer, named, settings)
    },
    resolveWithoutModel: (question, keeper) => storeFor(parts, question, keeper),
    list,
    find(name, principal) {
      const named = lineup.read(name)
      const model = lineup.find(named)?.model
      if (model === undefined || !mayUse(principal, named.names)) return undefined
      return { name: named.asked, ownedBy: model.targets[0]?.provider ?? '' }
    },
    modelNamed: (name) => lineup.find(lineup.read(name))?.model,
  }
}

/** What a provider was found to offer, ready to be asked. */
type Chosen<Offer> = { readonly offer: Offer } & Pick<ProviderChoice, 'publicNames'>

/** Finds what providers offer for names, and keeps what was found lately. */
function createChooser<Offer>(
  { settings, makeOffer }: CatalogParts<Offer>,
  find: (named: Named, provider: string) => ReturnType<typeof findAtProvider>,
): (named: Named, provider: string) => Chosen<Offer> | 'unknown' | 'no-counterpart' {
  const chosen = createRecentValues<Chosen<Offer>>(settings.maxWildcardModels)
  return (named, provider) => {
    const key = `${named.asked}\n${provider}`
    const kept = chosen.find(key)
    if (kept !== undefined) return kept
    const found = find(named, provider)
    if (typeof found === 'string') return found
    const { model, publicNames } = found
    return chosen.get(key, () => ({ offer: makeOffer(model, false), publicNames }))
  }
}

/** Lists models; all that there are is put together when somebody first asks. */
function createListing<Offer>(
  { knownModels }: CatalogParts<Offer>,
  parts: Omit<ListingParts, 'known'>,
): (principal: Principal) => readonly ListedModel[] {
  const knownByProvider = new Map<string, readonly string[]>()
  const known = (provider: string): readonly string[] => {
    const names = knownByProvider.get(provider) ?? knownModels(provider)
    knownByProvider.set(provider, names)
    return names
  }
  let all: readonly ListableModel[] | undefined
  return (principal) => {
    all ??= listModels({ ...parts, known })
    return all.filter(({ names }) => mayUse(principal, names)).map(({ model }) => model)
  }
}

function resolutionOf<Offer>(
  offer: Offer,
  { asked, longContext }: Named,
  settings: CatalogConfig,
): Resolution<Offer> {
  return { offer, echo: isEchoed(settings, true) ? asked : undefined, longContext }
}

function isEchoed({ echoAskedModel }: CatalogConfig, isOther: boolean): boolean {
  return echoAskedModel === 'always' || (echoAskedModel === 'renamed' && isOther)
}

function mayUse(principal: Principal, names: readonly string[]): boolean {
  return names.some((name) => matchesAny(principal.models, name))
}

function namesOf(models: readonly ListedModel[]): readonly string[] {
  return models.map(({ name }) => name)
}

function storeFor<Offer>(
  { stores, settings }: Pick<CatalogParts<Offer>, 'stores' | 'settings'>,
  { call, principal }: Question,
  keeper: string | undefined,
): Offer {
  if (!principal.models.includes('*')) {
    throw new GatewayError(
      'model_not_permitted',
      'This endpoint needs a key that may use every model, since it is not bound to one.',
    )
  }
  const chosen = call.headers.get('x-smartflow-provider')
  if (chosen !== null && settings.providerHeader === 'off') throw providerHeaderIsOff()
  const asked = keeper ?? chosen
  const offer = asked === null ? stores.values().next().value : stores.get(asked)
  if (offer !== undefined) return offer
  throw new GatewayError(
    'not_supported',
    asked === null
      ? 'No configured provider offers this endpoint.'
      : 'The provider named in x-smartflow-provider is not configured or does not offer this endpoint.',
  )
}
