import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { GatewayError } from '../../core/errors.ts'
import type { RuleStatement } from '../../core/facts.ts'
import type { BarrierContact, BarrierSet, BarrierVerdict } from '../contracts.ts'
import { compileBarriers } from './compile.ts'
import type { BarriersConfig } from './config.ts'
import { createExplain } from './explain.ts'
import type { Explain } from './explain.ts'
import { findRival, judgeSide } from './judge.ts'
import type { ContactHistory, Crossings } from './types.ts'
import { dayOf } from './types.ts'
import { inOrder, stateConflict, stateSide } from './words.ts'

/** Barriers that can also say why. */
export interface Barriers extends BarrierSet {
  readonly explain: Explain
}

/** What barriers know beside their configuration; it outlives every version of it. */
export interface BarrierKnowledge {
  readonly history: ContactHistory
  readonly crossings: Crossings
  readonly clock: Pick<Clock, 'now'>
}

const nothingToSay: BarrierVerdict = Object.freeze({ isAllowed: true, statements: [], refused: [] })

/** Compiles barriers. Whoever is not permitted is refused; `history` and `crossings` are asked, never copied. */
export function createBarriers(
  config: BarriersConfig,
  { history, crossings, clock }: BarrierKnowledge,
): Barriers {
  const compiled = compileBarriers(config)
  const { placesOf } = compiled
  const needs = (label: string): boolean => placesOf(label) !== undefined

  function check(contact: BarrierContact): BarrierVerdict {
    let statements: RuleStatement[] | undefined
    let refused: Set<string> | undefined
    const say = (statement: RuleStatement, label: string): void => {
      ;(statements ??= []).push(statement)
      if (statement.action === 'block') (refused ??= new Set()).add(label)
    }
    for (const label of contact.labels) {
      const places = placesOf(label)
      if (places === undefined) continue
      const one = { ...contact, label }
      for (const place of places.sides) {
        const statement = stateSide(judgeSide(place, one, places.clearances, crossings), one)
        if (statement !== undefined) say(statement, label)
      }
      for (const interest of places.interests) {
        const rival = findRival(interest, one, compiled, history)
        if (rival !== undefined) say(stateConflict(interest.conflict, rival, one), label)
      }
    }
    if (statements === undefined) return nothingToSay
    return {
      isAllowed: refused === undefined,
      statements: inOrder(statements),
      refused: [...(refused ?? [])].toSorted(),
    }
  }

  function keep({ principal, labels, at }: BarrierContact): void {
    const kept = labels.filter(needs)
    if (kept.length === 0) return
    try {
      history.keep(principal, kept, dayOf(at))
    } catch (error) {
      throw new GatewayError('compliance_unavailable', undefined, { cause: error })
    }
  }

  return {
    version: createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16),
    needs,
    check,
    record(contact) {
      // Whoever checked before may have waited since, and another call of the same person has come in.
      const { isAllowed, statements } = check(contact)
      if (!isAllowed) throw refusalOf(statements)
      keep(contact)
    },
    enter(contact) {
      const verdict = check(contact)
      if (verdict.isAllowed) keep(contact)
      return verdict
    },
    explain: createExplain(compiled, { history, crossings, clock }),
  }
}

function refusalOf(statements: readonly RuleStatement[]): GatewayError {
  return new GatewayError(
    'blocked_by_policy',
    statements.find(({ action }) => action === 'block')?.words,
  )
}
