import type { TokenBlock } from '../../src/compliance/tagger/block.ts'
import {
  featureRows,
  firstPlace,
  maxFeatures,
  readFeatures,
} from '../../src/compliance/tagger/features.ts'
import { normalize, sumPaths, tagCount } from '../../src/compliance/tagger/paths.ts'
import type { Tokenizer } from '../../src/compliance/tagger/tokenize.ts'
import type { Example, Label } from './example.ts'
import type { Random } from './random.ts'

/** One block of an example with its features and the right tags. */
export interface Sequence {
  readonly rows: Int32Array
  /** Where the rows of each token begin; one more than there are tokens. */
  readonly offsets: Int32Array
  readonly gold: Uint8Array
}

const beginTag: Readonly<Record<Label, number>> = {
  person: 1,
  place: 3,
  organisation: 5,
  address: 7,
}
const insideTag: Readonly<Record<Label, number>> = {
  person: 2,
  place: 4,
  organisation: 6,
  address: 7,
}

/** Reads the features of an example once, for all rounds of training. */
export function encode(example: Example, tokenizer: Tokenizer, block: TokenBlock): Sequence[] {
  const sequences: Sequence[] = []
  for (let at = 0; at < example.text.length;) {
    at = tokenizer.read(block, example.text, at)
    if (block.length > 0) sequences.push(encodeBlock(example, block))
  }
  return sequences
}

const buffer = new Int32Array(maxFeatures)

function encodeBlock(example: Example, block: TokenBlock): Sequence {
  const rows: number[] = []
  const offsets = new Int32Array(block.length + 1)
  const gold = new Uint8Array(block.length)
  let previous: Example['marks'][number] | undefined
  for (let token = 0; token < block.length; token += 1) {
    const place = firstPlace + token
    const count = readFeatures(block, place, buffer)
    for (let feature = 0; feature < count; feature += 1) rows.push(buffer[feature] ?? 0)
    offsets[token + 1] = rows.length
    const [start, end] = [block.start[place] ?? 0, block.end[place] ?? 0]
    const mark = example.marks.find((mark) => mark.start < end && start < mark.end)
    if (mark !== undefined) gold[token] = (mark === previous ? insideTag : beginTag)[mark.label]
    previous = mark
  }
  return { rows: Int32Array.from(rows), offsets, gold }
}

export interface TrainingSettings {
  readonly epochs: number
  /** Step at the beginning; it falls to a fifth. */
  readonly rate: number
  /** Weight of the squared size of the weights against the likelihood of all sequences. */
  readonly decay: number
  readonly random: Random
  readonly report?: (epoch: number, wrong: number) => void
}

/** Weights as they were learned, before they are made small. */
export interface TrainedWeights {
  readonly features: Float32Array
  readonly transitions: Float64Array
}

const forbidden = -1_000_000

/** Which tag may not follow which: an inside tag only its own begin or inside. */
export function isForbidden(from: number, to: number): boolean {
  const isInside = to === 2 || to === 4 || to === 6
  return isInside && from !== to && from !== to - 1
}

/**
 * Learns a linear-chain conditional random field by stochastic gradient ascent. Only sums, products and comparisons of
 * binary floating point are used, so that every machine learns the same.
 */
export function train(sequences: readonly Sequence[], settings: TrainingSettings): TrainedWeights {
  const learner = createLearner()
  const steps = settings.epochs * sequences.length
  let step = 0
  for (let epoch = 0; epoch < settings.epochs; epoch += 1) {
    let unlikely = 0
    for (const sequence of settings.random.shuffle(sequences)) {
      const rate = settings.rate / (1 + (4 * step) / steps)
      if (learner.learn(sequence, rate, (rate * settings.decay) / sequences.length)) unlikely += 1
      step += 1
    }
    settings.report?.(epoch, unlikely)
  }
  return learner.finish()
}

/** Tokens of a sequence at most. */
const longest = 800
/** Gradients below this change nothing: they keep most weights at nothing and save most of the time. */
const leastGradient = 0.001

function createLearner() {
  const features = new Float32Array(featureRows * tagCount)
  const transitions = new Float64Array(tagCount * tagCount)
  const sums = createSums()
  let scale = 1

  function climb({ rows, offsets, gold }: Sequence, rate: number): boolean {
    const step = rate / scale
    let unlikely = false
    for (let token = 0; token < gold.length; token += 1) {
      const right = gold[token] ?? 0
      const gradient = sums.gradient(token, right)
      if ((gradient[right] ?? 0) > 0.5) unlikely = true
      let largest = 0
      for (let tag = 0; tag < tagCount; tag += 1)
        largest = Math.max(largest, Math.abs(gradient[tag] ?? 0))
      if (largest < leastGradient) continue
      for (let at = offsets[token] ?? 0; at < (offsets[token + 1] ?? 0); at += 1) {
        const row = (rows[at] ?? 0) * tagCount
        for (let tag = 0; tag < tagCount; tag += 1)
          features[row + tag] = (features[row + tag] ?? 0) + step * (gradient[tag] ?? 0)
      }
    }
    return unlikely
  }

  return {
    learn(sequence: Sequence, rate: number, decay: number): boolean {
      sums.read(sequence, { features, transitions, scale })
      scale *= 1 - decay
      const unlikely = climb(sequence, rate)
      const slope = sums.transitionGradient(sequence.gold)
      for (let cell = 0; cell < transitions.length; cell += 1)
        transitions[cell] = (transitions[cell] ?? 0) + rate * (slope[cell] ?? 0)
      return unlikely
    },
    finish: (): TrainedWeights => ({
      features: features.map((value) => value * scale),
      transitions: transitions.map((value, cell) =>
        isForbidden(Math.floor(cell / tagCount), cell % tagCount) ? forbidden : value,
      ),
    }),
  }
}

interface CurrentWeights {
  readonly features: Float32Array
  readonly transitions: Float64Array
  readonly scale: number
}

/** The sums over the paths of one sequence, and the gradients that follow from them. */
function createSums() {
  const emit = new Float64Array(longest * tagCount)
  const forward = new Float64Array(longest * tagCount)
  const backward = new Float64Array(longest * tagCount)
  const steps = new Float64Array(tagCount * tagCount)
  const gradient = new Float64Array(tagCount)

  /** Of the token's scores: what is right minus what is likely. */
  function slopeAt(token: number, right: number): Float64Array {
    const at = token * tagCount
    for (let tag = 0; tag < tagCount; tag += 1)
      gradient[tag] = (forward[at + tag] ?? 0) * (backward[at + tag] ?? 0)
    normalize(gradient, 0, tagCount)
    for (let tag = 0; tag < tagCount; tag += 1)
      gradient[tag] = (tag === right ? 1 : 0) - (gradient[tag] ?? 0)
    return gradient
  }

  return {
    gradient: slopeAt,
    read(sequence: Sequence, weights: CurrentWeights): void {
      for (let cell = 0; cell < steps.length; cell += 1)
        steps[cell] = isForbidden(Math.floor(cell / tagCount), cell % tagCount)
          ? 0
          : exponential(weights.transitions[cell] ?? 0)
      scoreTokens(sequence, weights, emit)
      sumPaths({ length: sequence.gold.length, emit, steps, forward, backward })
    },
    /** Of the transitions; the first tag counts as one from `outside`. */
    transitionGradient(gold: Uint8Array): Float64Array {
      const slope = new Float64Array(tagCount * tagCount)
      slope.set(slopeAt(0, gold[0] ?? 0))
      for (let token = 1; token < gold.length; token += 1) {
        addSteps({ emit, steps, forward, backward }, token, slope)
        const right = (gold[token - 1] ?? 0) * tagCount + (gold[token] ?? 0)
        slope[right] = (slope[right] ?? 0) + 1
      }
      return slope
    },
  }
}

/** Writes e to the power of the score of each tag at each token, the best of a token being 1. */
function scoreTokens(
  { rows, offsets, gold }: Sequence,
  { features, scale }: CurrentWeights,
  emit: Float64Array,
): void {
  emit.fill(0, 0, gold.length * tagCount)
  for (let token = 0; token < gold.length; token += 1) {
    const to = token * tagCount
    for (let at = offsets[token] ?? 0; at < (offsets[token + 1] ?? 0); at += 1) {
      const row = (rows[at] ?? 0) * tagCount
      for (let tag = 0; tag < tagCount; tag += 1)
        emit[to + tag] = (emit[to + tag] ?? 0) + (features[row + tag] ?? 0)
    }
    let top = -Infinity
    for (let tag = 0; tag < tagCount; tag += 1) top = Math.max(top, emit[to + tag] ?? 0)
    for (let tag = 0; tag < tagCount; tag += 1)
      emit[to + tag] = exponential(((emit[to + tag] ?? 0) - top) * scale)
  }
}

type Sums = Readonly<Record<'emit' | 'steps' | 'forward' | 'backward', Float64Array>>

const pairs = new Float64Array(tagCount * tagCount)

/** Takes how likely each step into a token is from the slope. */
function addSteps(
  { emit, steps, forward, backward }: Sums,
  token: number,
  slope: Float64Array,
): void {
  const at = token * tagCount
  for (let cell = 0; cell < pairs.length; cell += 1) {
    const [before, tag] = [cell >> 3, cell & 7]
    pairs[cell] =
      (forward[at - tagCount + before] ?? 0) *
      (steps[cell] ?? 0) *
      (emit[at + tag] ?? 0) *
      (backward[at + tag] ?? 0)
  }
  normalize(pairs, 0, pairs.length)
  for (let cell = 0; cell < pairs.length; cell += 1)
    slope[cell] = (slope[cell] ?? 0) - (pairs[cell] ?? 0)
}

const powers = Float64Array.from({ length: 160 }, (_, place) => {
  let power = 1
  for (let count = Math.abs(place - 120); count > 0; count -= 1) power *= place < 120 ? 0.5 : 2
  return power
})

/** e to the power of x, the same on every machine, which `Math.exp` does not promise; 0 below -80. */
export function exponential(x: number): number {
  if (x < -80) return 0
  const whole = Math.floor(x * Math.LOG2E + 0.5)
  const rest = x - whole * Math.LN2
  let sum = 1
  for (let degree = 12; degree > 0; degree -= 1) sum = 1 + (sum * rest) / degree
  return sum * (powers[whole + 120] ?? 1)
}

/** Weights as whole numbers from -127 to 127, transitions in the same unit, and how many units one natural unit is. */
export function quantize(trained: TrainedWeights): {
  features: Int8Array
  transitions: Int32Array
  unit: number
} {
  const sizes = trained.features.map((value) => Math.abs(value)).sort()
  const unit = 127 / (sizes[Math.floor(sizes.length * 0.9999)] ?? 1)
  const whole = (value: number): number => Math.round(value * unit)
  return {
    unit,
    features: Int8Array.from(trained.features, (value) =>
      Math.max(-127, Math.min(127, whole(value))),
    ),
    transitions: Int32Array.from(trained.transitions, (value) =>
      value <= forbidden ? forbidden : whole(value),
    ),
  }
}
