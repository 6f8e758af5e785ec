import type { Question } from '../../core/call.ts'
import { asNumber } from '../../core/json.ts'
import type { RoutedTarget } from '../routed-target.ts'
import type { Strategy, StrategyDependencies } from './strategy.ts'

/** Tokens an answer is expected to have when the request does not bound it. */
const usualOutputTokens = 512
/** How long a price is remembered, in milliseconds: prices depend on the time of day at some providers. */
const pricesForMs = 60_000
/** Names of the bound in the formats of clients. */
const boundNames = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'] as const

/**
 * Takes the target where a call of the estimated size costs least; one without a known price comes last,
 * and the less busy one goes first among equals. Sizes are rounded up to powers of two, for which
 * prices are remembered for a minute.
 */
export function lowestCost(dependencies: StrategyDependencies): Strategy {
  const { clock, estimateTokens, priceOf } = dependencies
  /** Prices by size, then by the place of the target in its route; empty where none was asked for yet. */
  const known = new Map<number, number[]>()
  let forgetAt = 0

  function pricesFor(input: number, output: number): number[] {
    const now = clock.monotonic()
    if (now >= forgetAt) {
      known.clear()
      forgetAt = now + pricesForMs
    }
    const size = input * 64 + output
    const prices = known.get(size) ?? []
    known.set(size, prices)
    return prices
  }

  return (question) => {
    const input = magnitudeOf(estimateTokens(question.body.text ?? ''))
    const output = magnitudeOf(boundOf(question) ?? usualOutputTokens)
    const usage = { inputTokens: 2 ** input, outputTokens: 2 ** output }
    return {
      choose(candidates) {
        const prices = pricesFor(input, output)
        let best: RoutedTarget | undefined
        let bestCost = Infinity
        for (const candidate of candidates) {
          const { index, target, state } = candidate
          const cost = (prices[index] ??= priceOf(target, usage) ?? Infinity)
          const isBetter =
            best === undefined ||
            cost < bestCost ||
            (cost === bestCost && state.inFlight < best.state.inFlight)
          if (!isBetter) continue
          best = candidate
          bestCost = cost
        }
        return best
      },
    }
  }
}

function boundOf({ body }: Question): number | undefined {
  for (const name of boundNames) {
    const bound = asNumber(body.json?.[name])
    if (bound !== undefined) return Math.min(bound, 4 * usualOutputTokens)
  }
  return undefined
}

function magnitudeOf(tokens: number): number {
  return Math.ceil(Math.log2(Math.max(tokens, 1)))
}
