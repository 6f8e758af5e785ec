import { probabilityOf } from '../linear/index.ts'
import type { QualityAt } from './topic.ts'

/** What a model says about a text that it was not trained from. */
export interface Judgement {
  readonly isExample: boolean
  /** Logarithm of the odds. */
  readonly logit: number
}

/** Turns logits into those of honest probabilities: `slope * logit + offset`. */
export interface Calibration {
  readonly slope: number
  readonly offset: number
}

/** The thresholds that quality is told for. */
const thresholds = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
const leastThreshold = 0.5
const mostThreshold = 0.99
/** A slope is kept within these bounds, whatever few examples say. */
const slopes = { least: 0.05, most: 20 } as const

/**
 * Fits the calibration to judgements, examples and others counting the same in sum (Platt's method with his
 * smoothed targets, by Newton's iteration).
 */
export function calibrate(judgements: readonly Judgement[]): Calibration {
  const examples = judgements.filter(({ isExample }) => isExample).length
  const others = judgements.length - examples
  const rows = judgements.map(({ logit, isExample }) => ({
    logit,
    target: isExample ? (examples + 1) / (examples + 2) : 1 / (others + 2),
    weight: 1 / Math.max(1, isExample ? examples : others),
  }))
  let [slope, offset] = [1, 0]
  for (let round = 0; round < 50; round++) {
    let [gradient, gradientOffset, ss, so, oo] = [0, 0, 1e-6, 0, 1e-6]
    for (const { logit, target, weight } of rows) {
      const probability = probabilityOf(slope * logit + offset)
      const error = (probability - target) * weight
      const curve = Math.max(1e-9, probability * (1 - probability)) * weight
      gradient += error * logit
      gradientOffset += error
      ss += curve * logit * logit
      so += curve * logit
      oo += curve
    }
    const determinant = ss * oo - so * so
    const step = (oo * gradient - so * gradientOffset) / determinant
    const stepOffset = (ss * gradientOffset - so * gradient) / determinant
    // Steps of a logit at most: far from the solution the curve says little.
    const length = Math.max(1, Math.abs(step) / 0.5, Math.abs(stepOffset))
    slope = Math.min(slopes.most, Math.max(slopes.least, slope - step / length))
    offset -= stepOffset / length
    if (Math.abs(step) + Math.abs(stepOffset) < 1e-9) break
  }
  return { slope, offset }
}

/**
 * Tells how much stronger the strongest of pieces of other texts is for each time that there are e times as
 * many: the mean by which the strongest tenth of them exceeds the rest.
 */
export function spreadOf(logits: readonly number[]): number {
  const sorted = logits.toSorted((a, b) => b - a)
  const count = Math.min(sorted.length - 1, Math.max(5, Math.floor(sorted.length / 10)))
  if (count < 1) return 0
  const least = sorted[count] ?? 0
  return sorted.slice(0, count).reduce((sum, logit) => sum + logit - least, 0) / count
}

/** Tells quality at the usual thresholds and at one more. */
export function qualityOf(judgements: readonly Judgement[], threshold: number): QualityAt[] {
  const scores = (isExample: boolean): readonly number[] =>
    judgements
      .filter((judgement) => judgement.isExample === isExample)
      .map(({ logit }) => probabilityOf(logit))
  const [examples, others] = [scores(true), scores(false)]
  return [...new Set([...thresholds, threshold])]
    .toSorted((a, b) => a - b)
    .map((minScore) => {
      const [recall, falseAlarms] = [shareAbove(examples, minScore), shareAbove(others, minScore)]
      const precision = recall + falseAlarms === 0 ? 1 : recall / (recall + falseAlarms)
      return {
        minScore,
        precision: rounded(precision),
        recall: rounded(recall),
        falseAlarms: rounded(falseAlarms),
      }
    })
}

/**
 * Suggests a threshold at which at most the wanted share of other texts is taken for the topic: half way between
 * the strongest text that must stay below and the weakest example above it.
 */
export function suggestThreshold(judgements: readonly Judgement[], falseAlarmRate: number): number {
  const others = logitsOf(judgements, false).toSorted((a, b) => b - a)
  const allowed = Math.floor(others.length * falseAlarmRate)
  const below = others[allowed] ?? -Infinity
  const above = Math.min(...logitsOf(judgements, true).filter((logit) => logit > below))
  const middle = Number.isFinite(above) ? (below + above) / 2 : below + 0.5
  const hundredths = Math.max(
    Math.ceil(probabilityOf(middle) * 100),
    Math.floor(probabilityOf(below) * 100) + 1,
  )
  const threshold = hundredths / 100
  return Math.min(mostThreshold, Math.max(leastThreshold, threshold))
}

function logitsOf(judgements: readonly Judgement[], isExample: boolean): number[] {
  return judgements
    .filter((judgement) => judgement.isExample === isExample)
    .map(({ logit }) => logit)
}

function shareAbove(scores: readonly number[], least: number): number {
  if (scores.length === 0) return 0
  return scores.filter((score) => score >= least).length / scores.length
}

function rounded(ratio: number): number {
  return Math.round(ratio * 10_000) / 10_000
}
