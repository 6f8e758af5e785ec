import type { LinearHead } from './model.ts'
import { probabilityOf } from './model.ts'

/** A text as features, and whether it belongs to the class. */
export interface Example {
  /** Feature numbers, below two to the power of the model's bits; repeated as often as the feature is there. */
  readonly features: Uint32Array
  /** What each feature counts; 1 where not given. */
  readonly value?: number
  readonly isPositive: boolean
  /** How much the example counts; 1 where not given. */
  readonly weight?: number
}

/** How a head is trained. */
export interface TrainingOptions {
  readonly bits: number
  readonly epochs: number
  /** Strength of the pull of all weights towards 0. */
  readonly decay: number
  readonly learningRate: number
  /** Seed of the order of examples: the same seed and examples give the same weights, bit for bit. */
  readonly seed: number
}

/**
 * Trains one head by logistic regression with step sizes of their own for each weight (AdaGrad), and rounds
 * the weights to bytes. Deterministic: no clock, no random source but the seed.
 */
export function trainHead(
  name: string,
  examples: readonly Example[],
  options: TrainingOptions,
): LinearHead {
  const size = 1 << options.bits
  const weights = new Float32Array(size)
  const squares = new Float32Array(size).fill(1e-3)
  const order = Uint32Array.from(examples, (_, index) => index)
  const next = createShuffle(options.seed)
  let bias = 0
  let biasSquares = 1e-3
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    next(order)
    for (const index of order) {
      const example = examples[index]
      if (example === undefined) continue
      const value = example.value ?? 1
      let score = 0
      for (const feature of example.features) score += weights[feature] ?? 0
      score = bias + score * value
      const slope = (probabilityOf(score) - Number(example.isPositive)) * (example.weight ?? 1)
      biasSquares += slope * slope
      bias -= (options.learningRate * slope) / Math.sqrt(biasSquares)
      for (const feature of example.features) {
        const gradient = slope * value + options.decay * (weights[feature] ?? 0)
        squares[feature] = (squares[feature] ?? 0) + gradient * gradient
        weights[feature] =
          (weights[feature] ?? 0) -
          (options.learningRate * gradient) / Math.sqrt(squares[feature] ?? 1)
      }
    }
  }
  return quantize(name, bias, weights)
}

/** Returns the score of features under a head that was trained. */
export function scoreOf(head: LinearHead, features: Iterable<number>): number {
  let sum = 0
  for (const feature of features) sum += head.weights[feature] ?? 0
  return head.bias + head.scale * sum
}

function quantize(name: string, bias: number, weights: Float32Array): LinearHead {
  let largest = 0
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight))
  // The largest few are cut: their size says less than the resolution of all others.
  const scale = Math.min(largest, 4) / 127 || 1
  const rounded = Int8Array.from(weights, (weight) =>
    Math.max(-127, Math.min(127, Math.round(weight / scale))),
  )
  return { name, bias: Math.fround(bias), scale: Math.fround(scale), weights: rounded }
}

/** Returns a function that shuffles in place (Fisher and Yates), in another order at each call. */
function createShuffle(seed: number): (order: Uint32Array) => void {
  let state = seed >>> 0
  const random = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * limit)
  }
  return (order) => {
    for (let at = order.length - 1; at > 0; at--) {
      const other = random(at + 1)
      const kept = order[at] ?? 0
      order[at] = order[other] ?? 0
      order[other] = kept
    }
  }
}
