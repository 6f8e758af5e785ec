import { trainHead } from '../linear/index.ts'
import type { LinearHead } from '../linear/index.ts'
import { readDocuments } from './documents.ts'
import type { Document, DocumentPiece, Origin } from './documents.ts'
import { calibrate, qualityOf, spreadOf, suggestThreshold } from './quality.ts'
import type { Calibration, Judgement } from './quality.ts'
import { chanceOf, strongestPieces } from './scorer.ts'
import { createTermReader } from './terms.ts'
import type { TermReader } from './terms.ts'
import type { Topic } from './topic.ts'
import { advisableTexts, fewestTexts, warningsOf } from './warnings.ts'
import type { Counts } from './warnings.ts'

/** What a topic is trained from. */
export interface TopicTraining {
  readonly label: string
  /** Texts of the topic. */
  readonly examples: readonly string[]
  /** Texts that are not of the topic, as they are usual where it is looked for. */
  readonly others: readonly string[]
  /** Neutral texts that are no part of the topic; see `backgroundTexts`. */
  readonly background: readonly string[]
  /** Share of other texts that may be taken for the topic. */
  readonly falseAlarmRate: number
  /** Part of all texts that is only measured with, from 0 to 0.5; with 0 quality is measured by cross-validation. */
  readonly holdout: number
  /** The same texts and seed give the same bytes. */
  readonly seed: number
}

/** A trained topic, and what its administrator should know. */
export interface TrainedTopic {
  readonly topic: Topic
  readonly warnings: readonly string[]
}

const folds = 5
const bits = 18
const options = { bits, epochs: 4, decay: 3e-2, learningRate: 0.03 }
/** A feature counts only if so many texts have it: others belong to a text, not to a topic. */
const leastTexts = 2

/**
 * Trains a topic, and measures it by cross-validation or on texts that were set aside. Deterministic, whatever
 * the order of the texts. Throws a `RangeError` that says how many more are needed where there are too few.
 */
export function trainTopic(training: TopicTraining): TrainedTopic {
  const readTerms = createTermReader()
  const given = (origin: Origin, texts: readonly string[]) =>
    texts.map((text) => ({ text, origin }))
  const read = readDocuments(
    [
      ...given('example', training.examples),
      ...given('other', training.others),
      ...given('background', training.background),
    ],
    readTerms,
    bits,
  )
  const counts = refuseTooFew(read.documents, training.label)
  const parts = foldsOf(read.documents, training.seed)
  const heldOut = Math.round(training.holdout * parts.length)
  const [kept, aside] = [parts.slice(heldOut).flat(), parts.slice(0, heldOut).flat()]
  const trainer = createTrainer(readTerms, training.seed)
  // Where an administrator gave enough other texts, false alarms are counted on these alone.
  const isMeasured = ({ origin }: Document): boolean =>
    origin !== 'background' || counts.other < fewestTexts
  const { spread, calibration, judgements } = crossValidate(
    trainer,
    kept,
    isMeasured,
    training.seed,
  )
  const threshold = suggestThreshold(judgements, training.falseAlarmRate)
  const head = calibrated(trainer.train(kept), calibration)
  const scaled = spread * calibration.slope
  const judged =
    aside.length === 0
      ? judgements
      : aside.filter(isMeasured).map((document) => trainer.judge(document, head, scaled))
  const topic: Topic = {
    label: training.label,
    bits,
    head,
    spread: scaled,
    threshold,
    summary: {
      examples: counts.example,
      others: counts.other,
      background: counts.background,
      duplicates: read.duplicates,
      measuredBy: aside.length === 0 ? 'cross-validation' : 'holdout',
      falseAlarmRate: training.falseAlarmRate,
      quality: qualityOf(judged, threshold),
    },
  }
  return { topic, warnings: warningsOf(read, counts, topic, judged) }
}

function refuseTooFew(documents: readonly Document[], label: string): Counts {
  const count = (origin: Origin): number =>
    documents.filter((document) => document.origin === origin).length
  const counts = {
    example: count('example'),
    other: count('other'),
    background: count('background'),
  }
  const sides = [
    ['examples', counts.example],
    ['other texts', counts.other + counts.background],
  ] as const
  for (const [side, found] of sides) {
    if (found >= fewestTexts) continue
    throw new RangeError(
      `The topic '${label}' cannot be trained: ${found} different ${side} are too few, at least ${fewestTexts} ` +
        `are needed (${fewestTexts - found} more), and from ${advisableTexts} on results are reliable. ` +
        'A text may be a paragraph: cut long texts into several.',
    )
  }
  return counts
}

/** Deals documents into twenty parts of the same mixture; those that are almost the same into one. */
function foldsOf(documents: readonly Document[], seed: number): Document[][] {
  const parts = Array.from({ length: 20 }, (): Document[] => [])
  const groups = Map.groupBy(documents, ({ origin, group }) => `${origin} ${group}`)
  const dealt = new Map<Origin, number>()
  for (const members of groups.values()) {
    const origin = members[0]?.origin ?? 'other'
    const at = dealt.get(origin) ?? seed % parts.length
    dealt.set(origin, at + 1)
    // The order of texts is that of an alphabet: neighbours come from the same source, and go to several parts.
    parts[at % parts.length]?.push(...members)
  }
  return parts
}

interface Trainer {
  train(documents: readonly Document[]): LinearHead
  judge(document: Document, head: LinearHead, spread: number): Judgement
  strongest(
    document: Document,
    head: LinearHead,
  ): { readonly terms: number; readonly logit: number }
}

function createTrainer(readTerms: TermReader, seed: number): Trainer {
  const strongest: Trainer['strongest'] = ({ text }, head) => {
    const { terms, pieces } = strongestPieces(readTerms, text, [{ bits, head }])
    return { terms, logit: pieces[0]?.logit ?? -Infinity }
  }
  return {
    strongest,
    judge(document, head, spread) {
      const { terms, logit } = strongest(document, head)
      return { isExample: isExample(document), logit: logit - chanceOf(terms) * spread }
    },
    train(documents) {
      const isCommon = commonFeatures(documents)
      const positive = documents.filter(isExample)
      const pieces = (list: readonly Document[]) =>
        list.reduce((sum, { pieces }) => sum + pieces.length, 0)
      const [yes, all] = [pieces(positive), pieces(documents)]
      const examples = documents.flatMap((document) =>
        document.pieces.map((piece) => ({
          features: piece.features.filter((feature) => isCommon[feature] === 1),
          value: piece.value,
          isPositive: isExample(document),
          // Both sides count the same in sum.
          weight: isExample(document) ? all / (2 * yes) : all / (2 * (all - yes)),
        })),
      )
      return trainHead('topic', examples, { ...options, seed })
    },
  }
}

function isExample({ origin }: Document): boolean {
  return origin === 'example'
}

/** Marks the features that enough texts have. */
function commonFeatures(documents: readonly Document[]): Uint8Array {
  const last = new Int32Array(1 << bits).fill(-1)
  const counts = new Int32Array(1 << bits)
  for (const [index, { pieces }] of documents.entries()) {
    for (const { features } of pieces) {
      for (const feature of features) {
        if (last[feature] === index) continue
        last[feature] = index
        counts[feature] = (counts[feature] ?? 0) + 1
      }
    }
  }
  return Uint8Array.from(counts, (count) => Number(count >= leastTexts))
}

/** Judges every document by a head that was trained without it. */
function crossValidate(
  trainer: Trainer,
  documents: readonly Document[],
  isMeasured: (document: Document) => boolean,
  seed: number,
): {
  readonly spread: number
  readonly calibration: Calibration
  readonly judgements: Judgement[]
} {
  const parts = foldsOf(documents, seed)
  const found: { isExample: boolean; terms: number; logit: number }[] = []
  const logits: number[] = []
  for (let fold = 0; fold < folds; fold++) {
    const isHeld = (_: unknown, at: number): boolean => at % folds === fold
    const held = parts.filter(isHeld).flat()
    const head = trainer.train(parts.filter((part, at) => !isHeld(part, at)).flat())
    for (const document of held.filter(isMeasured)) {
      found.push({ isExample: isExample(document), ...trainer.strongest(document, head) })
      if (!isExample(document)) {
        logits.push(...document.pieces.map((piece) => logitOf(piece, head)))
      }
    }
  }
  const spread = spreadOf(logits)
  const raw = found.map(({ isExample, terms, logit }) => ({
    isExample,
    logit: logit - chanceOf(terms) * spread,
  }))
  const calibration = calibrate(raw)
  const judgements = raw.map(({ isExample, logit }) => ({
    isExample,
    logit: calibration.slope * logit + calibration.offset,
  }))
  return { spread, calibration, judgements }
}

function logitOf({ features, value }: DocumentPiece, { bias, scale, weights }: LinearHead): number {
  let sum = 0
  for (const feature of features) sum += weights[feature] ?? 0
  return bias + sum * scale * value
}

function calibrated(head: LinearHead, { slope, offset }: Calibration): LinearHead {
  return {
    ...head,
    bias: Math.fround(head.bias * slope + offset),
    scale: Math.fround(head.scale * slope),
  }
}
