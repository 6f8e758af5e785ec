import { GatewayError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'

/** The refusal of a name that nothing bears, with the nearest that the caller may use. */
export function notFound(name: string, permitted: readonly string[]): GatewayError {
  return new GatewayError(
    'model_not_found',
    `The model '${shown(name)}' is not offered here.${suggestion(name, permitted)}`,
    { param: 'model' },
  )
}

/** The refusal of a name that is offered, but not to this caller. */
export function notPermitted(name: string, permitted: readonly string[]): GatewayError {
  return new GatewayError(
    'model_not_permitted',
    `This key may not use the model '${shown(name)}'.${suggestion(name, permitted)}`,
    { param: 'model' },
  )
}

/** The refusal of a provider name in `x-smartflow-provider` that no configuration knows. */
export function unknownProvider(name: string, known: readonly string[]): GatewayError {
  return new GatewayError(
    'invalid_request',
    `x-smartflow-provider names '${shown(name)}', which is not configured.${suggestion(name, known)}`,
    { param: 'x-smartflow-provider' },
  )
}

/** The refusal of `x-smartflow-provider` where the operator does not permit it. */
export function providerHeaderIsOff(): GatewayError {
  return new GatewayError(
    'model_not_permitted',
    'This gateway does not let callers choose the provider: leave x-smartflow-provider out.',
    { param: 'x-smartflow-provider' },
  )
}

/** The refusal of a model that the named provider has no counterpart of. */
export function noCounterpart(name: string, provider: string): GatewayError {
  return new GatewayError(
    'model_not_found',
    `The provider '${provider}' does not offer the model '${shown(name)}', and no tier names a model of its own for it.`,
    { param: 'model' },
  )
}

/** The refusal of a provider whose counterpart of the model the caller may not use. */
export function counterpartNotPermitted(name: string, provider: string): GatewayError {
  return new GatewayError(
    'model_not_permitted',
    `This key may not use the model that stands for '${shown(name)}' at the provider '${provider}'.`,
    { param: 'x-smartflow-provider' },
  )
}

function suggestion(name: string, candidates: readonly string[]): string {
  const close = nearest(name, candidates)
  return close === undefined ? '' : ` Did you mean '${close}'?`
}

function shown(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name
}
