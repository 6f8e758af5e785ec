import type { Direction, RuleStatement } from '../../core/facts.ts'
import { isTreatment } from './rule.ts'
import type { PolicyRule } from './rule.ts'
import type { WhatConfig, WhereConfig } from './schema.ts'

/** What a rule says where it speaks: in its own right, or where it only kept a call from some targets. */
export interface RuleWords {
  readonly said: RuleStatement
  /** The call goes on, but not everywhere. */
  readonly narrowed: RuleStatement
}

/** Writes what a rule says in one direction. Made of the rule alone, so it can hold no content. */
export function wordsOf(rule: PolicyRule, direction: Direction): RuleWords {
  const { id, action, message } = rule
  const text = message ?? `${capitalised(subjectOf(rule.what))} ${predicateOf(rule, direction)}`
  const words = `${text} (rule ${id})`
  return {
    said: { ruleId: id, action, words },
    narrowed: {
      ruleId: id,
      action: 'route',
      words: `${text}: this call goes elsewhere (rule ${id})`,
    },
  }
}

/** Writes what a policy says that lets nothing pass but what its rules allow. */
export function defaultWordsOf(policy: string, direction: Direction): RuleWords {
  const ruleId = `${policy}/default`
  const done = direction === 'request' ? 'sent' : 'in an answer'
  const text = `Only what a rule of the policy ${policy} allows may be ${done}`
  return {
    said: { ruleId, action: 'block', words: `${text} (rule ${ruleId})` },
    narrowed: {
      ruleId,
      action: 'route',
      words: `${text}: this call goes elsewhere (rule ${ruleId})`,
    },
  }
}

function predicateOf({ action, where, route }: PolicyRule, direction: Direction): string {
  const place = where === undefined ? '' : targetsOf(where)
  const isRequest = direction === 'request'
  const to = place === '' ? '' : isRequest ? ` to ${place}` : ` from ${place}`
  if (isTreatment(action)) {
    const when = to === '' ? '' : isRequest ? ` when sent${to}` : ` in answers${to}`
    return `must be ${treated[action]}${when}`
  }
  switch (action) {
    case 'block':
      return isRequest ? `may not be sent${to}` : `may not be in an answer${to}`
    case 'hold':
      return isRequest ? `may be sent${to} only with approval` : `may be shown only with approval`
    case 'warn':
      return isRequest ? `should not be sent${to}` : `should not be in an answer${to}`
    case 'log':
      return isRequest ? `were sent${to}` : `were in an answer${to}`
    case 'allow':
      return isRequest ? `may be sent${to}` : `may be in an answer${to}`
    case 'route':
      return route?.model === undefined
        ? `must stay within ${either([...(route?.perimeters ?? []), ...(route?.regions ?? [])])}`
        : `must be answered by ${route.model}`
    default:
      return action satisfies never
  }
}

const treated = {
  tokenise: 'replaced by tokens',
  mask: 'masked',
  hash: 'replaced by keyed hashes',
  redact: 'redacted',
} as const

/** What a rule is about, such as `payment card numbers and IBANs`. */
function subjectOf(what: WhatConfig): string {
  const found = [
    ...(what.detectors ?? []).map((label) => labelNames.get(label) ?? named(label)),
    ...(what.categories ?? []).map((category) => categoryNames.get(category) ?? named(category)),
  ]
  const labelled = what.labels === undefined ? '' : `labelled ${either(what.labels)}`
  if (found.length > 0) {
    const count =
      what.minCount === undefined || what.minCount < 2 ? '' : `${what.minCount} or more `
    return `${count}${both(found)}${labelled === '' ? '' : ` in content ${labelled}`}`
  }
  const things = thingsOf(what)
  if (labelled !== '')
    return things === '' ? `content ${labelled}` : `${things} with content ${labelled}`
  if (things !== '') return things
  if (what.minBytes !== undefined) return `texts of ${what.minBytes} bytes or more`
  if (what.operations !== undefined) return `calls for ${either(what.operations)}`
  if (what.models !== undefined) return `calls for the model ${either(what.models)}`
  return 'calls of this kind'
}

/** Tools and attachments a rule is about. */
function thingsOf({ tools, toolTiers, toolUse, attachments }: WhatConfig): string {
  if (attachments !== undefined) return `attachments (${either(attachments)})`
  if (tools !== undefined) return `the tools ${either(tools)}`
  if (toolTiers !== undefined) return `tools of risk ${either(toolTiers)}`
  return toolUse === undefined ? '' : 'tools'
}

/** Where a rule looks at, such as `public models` or `models outside of eu`. */
function targetsOf({ models, providers, regions, perimeters, not }: WhereConfig): string {
  const isPublic = perimeters?.length === 1 && perimeters[0] === 'public'
  const outside = [...(not?.perimeters ?? []), ...(not?.regions ?? [])]
  const words = [
    isPublic ? 'public' : '',
    models === undefined ? 'models' : `the models ${either(models)}`,
    providers === undefined ? '' : `of ${either(providers)}`,
    regions === undefined ? '' : `in ${either(regions)}`,
    perimeters === undefined || isPublic ? '' : `within ${either(perimeters)}`,
    outside.length === 0 ? '' : `outside of ${either(outside)}`,
    not?.providers === undefined ? '' : `not of ${either(not.providers)}`,
    not?.models === undefined ? '' : `other than ${either(not.models)}`,
  ]
  return words.filter((word) => word !== '').join(' ')
}

const labelNames: ReadonlyMap<string, string> = new Map([
  ['payment-card', 'payment card numbers'],
  ['iban', 'IBANs'],
  ['swift-bic', 'bank codes'],
  ['crypto-wallet', 'wallet addresses'],
  ['us-ssn', 'US social security numbers'],
  ['us-itin', 'US taxpayer numbers'],
  ['us-bank-account', 'US bank accounts'],
  ['uk-nhs', 'NHS numbers'],
  ['uk-nino', 'UK national insurance numbers'],
  ['email', 'e-mail addresses'],
  ['phone', 'phone numbers'],
  ['ip-address', 'IP addresses'],
  ['mac-address', 'MAC addresses'],
  ['url', 'URLs'],
  ['url-credentials', 'URLs with credentials'],
  ['age', 'ages'],
  ['date', 'dates'],
  ['date-of-birth', 'dates of birth'],
  ['medical-record-number', 'medical record numbers'],
  ['person-name', 'names of people'],
  ['place', 'names of places'],
  ['organisation', 'names of organisations'],
  ['address', 'postal addresses'],
  ['private-key', 'private keys'],
  ['cloud-key', 'keys of cloud accounts'],
  ['api-token', 'API tokens'],
  ['payment-key', 'keys of payment services'],
  ['access-token', 'access tokens'],
  ['webhook-url', 'webhook URLs'],
  ['connection-string', 'connection strings'],
  ['password', 'passwords'],
  ['credential', 'credentials'],
  ['prompt-injection', 'attempts to mislead the model'],
  ['indirect-injection', 'orders hidden in documents and tool results'],
  ['unreadable', 'content nobody can read'],
])

const categoryNames: ReadonlyMap<string, string> = new Map([
  ['identity', 'identity data'],
  ['financial', 'financial data'],
  ['contact', 'contact details'],
  ['health', 'health numbers'],
  ['secret', 'secrets'],
  ['name', 'names'],
  ['network', 'network addresses'],
  ['vehicle', 'vehicle identifiers'],
  ['location', 'postcodes'],
  ['attack', 'attempts to mislead the model'],
  ['unreadable', 'content nobody can read'],
  ['time', 'dates'],
  ['*', 'findings'],
])

function named(label: string): string {
  return `findings of ${label}`
}

const shownNames = 4

function either(names: readonly string[]): string {
  return listed(names, 'or')
}

function both(names: readonly string[]): string {
  return listed(names, 'and')
}

function listed(names: readonly string[], word: 'and' | 'or'): string {
  const unique = [...new Set(names)]
  const shown = unique.slice(0, shownNames)
  if (unique.length > shownNames) shown.splice(shownNames - 1, 1, 'others')
  const last = shown.pop() ?? ''
  return shown.length === 0 ? last : `${shown.join(', ')} ${word} ${last}`
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
