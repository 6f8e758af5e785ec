import type { AnswerReport } from '../../core/call.ts'
import type { AttemptRecord } from '../../core/record.ts'
import type { TokenUsage } from '../../core/usage.ts'

/** The price of usage at a target, in nano-dollars; absent where it is not known. */
export type PriceAt = (
  target: { readonly provider: string; readonly model: string },
  usage: TokenUsage,
) => number | undefined

/** An answer that is over, as far as its savings are concerned. */
export interface PaidAnswer {
  readonly report: Pick<AnswerReport, 'usage' | 'attempts'>
  /** Targets of the capable lane. */
  readonly capable: readonly { readonly provider: string; readonly model: string }[]
}

/**
 * Returns what a call saved by the efficient lane: the price of the tokens that were really billed for the
 * answer at the cheapest target of the capable lane, less all that was paid for the call. `undefined`
 * unless the provider counted the tokens and every price is known.
 */
export function savingsOf({ report, capable }: PaidAnswer, priceAt: PriceAt): number | undefined {
  const { usage, attempts } = report
  const paid = paidFor(attempts)
  if (usage === undefined || usage.estimated || paid === undefined) return undefined
  // What the efficient provider says it charged is not a price of the capable one.
  const { chargedNanoUsd: _, ...tokens } = usage
  let cheapest: number | undefined
  for (const target of capable) {
    const price = priceAt(target, tokens)
    if (price === undefined) return undefined
    cheapest = Math.min(cheapest ?? price, price)
  }
  return cheapest === undefined ? undefined : cheapest - paid
}

/**
 * Returns what a call lost by trying the efficient lane first: all that was paid beside the answer of the
 * capable one, as a number that is not above 0. `undefined` when a price is not known.
 */
export function lossOf(tried: readonly AttemptRecord[]): number | undefined {
  const paid = paidFor(tried)
  return paid === undefined ? undefined : 0 - paid
}

/** What attempts cost together; attempts that used nothing cost nothing. */
function paidFor(attempts: readonly AttemptRecord[]): number | undefined {
  let paid = 0
  for (const { usage, cost } of attempts) {
    if (usage === undefined) continue
    if (cost === undefined) return undefined
    paid += cost.nanoUsd
  }
  return paid
}
