import type { TokenUsage } from '../core/usage.ts'

/** What one model costs, in integer nano-dollars: for a million tokens of each kind, and for a request. */
export interface Rates {
  readonly input: number
  /** `undefined` for models without output, such as embeddings. */
  readonly output: number | undefined
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number | undefined
  readonly request: number
  /** What differs for audio and images; those of text where absent. */
  readonly media?: MediaRates
}

/** Rates of tokens that are not text. */
export interface MediaRates {
  readonly inputAudio: number
  readonly inputImage: number
  readonly cacheReadAudio: number
  readonly cacheReadImage: number
  readonly outputAudio: number | undefined
}

const million = 1_000_000
const millionBig = 1_000_000n

/**
 * Converts US dollars to integer nano-dollars through the decimal text of the number, so that no
 * binary fraction enters; what lies below a nano-dollar is rounded half up. Throws for numbers that
 * are negative, not finite or too large to be exact.
 */
export function nanoUsd(usd: number): number {
  if (!Number.isFinite(usd) || usd < 0) throw new Error(`${usd} is not an amount of money.`)
  const [digits = '', exponent = '0'] = String(usd).split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  // usd = coefficient × 10^-scale
  const coefficient = BigInt(whole + fraction)
  const scale = fraction.length - Number(exponent)
  const shift = 9 - scale
  const nano =
    shift >= 0
      ? coefficient * 10n ** BigInt(shift)
      : divideHalfUp(coefficient, 10n ** BigInt(-shift))
  return exact(nano) ?? fail(usd)
}

/**
 * Returns the price of a call in integer nano-dollars, rounded half up once, at the end. `undefined`
 * when the rates do not say it (output of a model without an output price), the usage is not made of
 * whole numbers, or the amount is too large to be exact.
 */
export function costNanoUsd(rates: Rates, usage: TokenUsage): number | undefined {
  const { inputTokens, outputTokens } = usage
  if (rates.output === undefined && outputTokens > 0) return undefined
  // Cached tokens are part of the input, reasoning is part of the output; a provider that reports
  // more of a part than of the whole is believed for the whole.
  const cacheRead = Math.min(usage.cacheReadTokens ?? 0, inputTokens)
  const cacheWrite = Math.min(usage.cacheWriteTokens ?? 0, inputTokens - cacheRead)
  const reasoning = Math.min(usage.reasoningTokens ?? 0, outputTokens)
  const factors = [
    inputTokens - cacheRead - cacheWrite,
    rates.input,
    cacheRead,
    rates.cacheRead,
    cacheWrite,
    rates.cacheWrite,
    outputTokens - reasoning,
    rates.output ?? 0,
    reasoning,
    rates.reasoning ?? 0,
  ]
  if (rates.media !== undefined) chargeMedia(factors, usage, rates.media)
  const tokens = sumOfProducts(factors)
  if (tokens === undefined) return undefined
  const cost = tokens + rates.request
  return Number.isSafeInteger(cost) ? cost : undefined
}

/** Positions of the counts of text among the factors. */
const inputAt = 0
const cacheReadAt = 2
const outputAt = 6

/**
 * Takes tokens of audio and images out of the counts of text and puts them behind at their own rates. A
 * provider that reports more of them than there are tokens is believed for the whole.
 */
function chargeMedia(factors: number[], usage: TokenUsage, media: MediaRates): void {
  const move = (at: number, wanted: number, rate: number): void => {
    const count = Math.min(wanted, factors[at] ?? 0)
    if (!(count > 0)) return
    factors[at] = (factors[at] ?? 0) - count
    factors.push(count, rate)
  }
  const cachedAudio = usage.cacheReadAudioTokens ?? 0
  const cachedImage = usage.cacheReadImageTokens ?? 0
  move(cacheReadAt, cachedAudio, media.cacheReadAudio)
  move(cacheReadAt, cachedImage, media.cacheReadImage)
  move(inputAt, (usage.inputAudioTokens ?? 0) - cachedAudio, media.inputAudio)
  move(inputAt, (usage.inputImageTokens ?? 0) - cachedImage, media.inputImage)
  if (media.outputAudio !== undefined) {
    move(outputAt, usage.outputAudioTokens ?? 0, media.outputAudio)
  }
}

/** Sums pairs of factors and divides by a million, half up. */
function sumOfProducts(factors: readonly number[]): number | undefined {
  let sum = 0
  for (let index = 0; index < factors.length; index += 2) {
    const count = factors[index] ?? 0
    if (!Number.isSafeInteger(count) || count < 0) return undefined
    sum += count * (factors[index + 1] ?? 0)
  }
  // INVARIANT: a sum of non-negative whole numbers below 2^53 was exact at every step.
  if (sum <= Number.MAX_SAFE_INTEGER - million) {
    const rounded = sum + million / 2
    return (rounded - (rounded % million)) / million
  }
  let bigSum = 0n
  for (let index = 0; index < factors.length; index += 2) {
    bigSum += BigInt(factors[index] ?? 0) * BigInt(factors[index + 1] ?? 0)
  }
  return exact(divideHalfUp(bigSum, millionBig))
}

function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend * 2n + divisor) / (divisor * 2n)
}

function exact(value: bigint): number | undefined {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined
}

function fail(usd: number): never {
  throw new Error(`${usd} US dollars are more than can be counted exactly.`)
}
