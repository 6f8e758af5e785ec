import { GatewayError } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'

/** What is asked for when a key is made; what is left out gets the default named here. */
export interface NewKey {
  readonly user: string
  /** Who makes the key: for the record. */
  readonly createdBy: string
  /** Default: the id of the key. */
  readonly name?: string
  /** Default: `user`. */
  readonly kind?: Principal['kind']
  /** Default: `default`. */
  readonly tenant?: string
  readonly department?: string
  /** Default: none. */
  readonly groups?: readonly string[]
  /** Name patterns of models; default: `*`, every model. */
  readonly models?: readonly string[]
  readonly product?: string
  readonly tier?: string
  /** Milliseconds since the epoch; default: never. */
  readonly expiresAt?: number
}

/** Ids of keys start so; names must not, so that neither can be taken for the other. */
export const keyIdPrefix = 'key_'

const maxTextLength = 256
const maxListLength = 1000
// eslint-disable-next-line no-control-regex -- control characters are what must not pass
const controlCharacter = /[\u0000-\u001f\u007f]/

/**
 * Throws `invalid_request` with `param` unless every field may be stored. Control characters are
 * refused because these texts are printed in terminals and written to logs.
 */
export function checkNewKey(fields: NewKey, nowMs: number): void {
  for (const name of [
    'user',
    'createdBy',
    'name',
    'tenant',
    'department',
    'product',
    'tier',
  ] as const) {
    const text = fields[name]
    if (text !== undefined) checkText(name, text)
  }
  checkList('groups', fields.groups)
  checkList('models', fields.models)
  if (fields.name?.startsWith(keyIdPrefix)) {
    throw invalid('name', `must not start with "${keyIdPrefix}": ids of keys do`)
  }
  if (fields.models?.length === 0) throw invalid('models', 'is empty, so the key could do nothing')
  if (fields.expiresAt !== undefined && !(fields.expiresAt > nowMs)) {
    throw invalid('expiresAt', 'is not in the future')
  }
}

function checkList(name: string, texts: readonly string[] = []): void {
  if (texts.length > maxListLength) throw invalid(name, `has more than ${maxListLength} entries`)
  texts.forEach((text, index) => checkText(`${name}[${index}]`, text))
}

function checkText(name: string, text: string): void {
  if (text.trim() === '') throw invalid(name, 'is empty')
  if (text.length > maxTextLength) throw invalid(name, `is longer than ${maxTextLength} characters`)
  if (controlCharacter.test(text)) throw invalid(name, 'contains control characters')
}

function invalid(param: string, fault: string): GatewayError {
  return new GatewayError('invalid_request', `The field ${param} ${fault}.`, { param })
}
