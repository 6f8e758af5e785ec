import { createNameTagger } from '../../src/compliance/tagger/tagger.ts'
import type { Calibration, NameLabel, NameModel } from '../../src/compliance/tagger/model.ts'
import type { Example, Label } from './example.ts'

/** What the tagger calls each label of the examples. */
export const labelOf: Readonly<Record<Label, NameLabel>> = {
  person: 'person-name',
  place: 'place',
  organisation: 'organisation',
  address: 'address',
}

/** A line without bends: what the model believes is taken as it is. */
export const uncalibrated: Readonly<Record<NameLabel, Calibration>> = {
  'person-name': [[1, 1]],
  place: [[1, 1]],
  organisation: [[1, 1]],
  address: [[1, 1]],
}

/** Learns from examples that were not trained on how often the model is right at each belief. */
export function calibrateModel(
  model: NameModel,
  examples: readonly Example[],
): Readonly<Record<NameLabel, Calibration>> {
  const tagger = createNameTagger({
    ...model,
    facts: { ...model.facts, calibration: uncalibrated },
  })
  const seen: Record<NameLabel, Outcome[]> = {
    'person-name': [],
    place: [],
    organisation: [],
    address: [],
  }
  for (const { text, marks } of examples)
    for (const { label, start, end, score } of tagger.tag(text)) {
      const isRight = marks.some(
        (mark) => labelOf[mark.label] === label && mark.start < end && start < mark.end,
      )
      seen[label].push({ belief: score, isRight })
    }
  return {
    'person-name': fitLine(seen['person-name']),
    place: fitLine(seen.place),
    organisation: fitLine(seen.organisation),
    address: fitLine(seen.address),
  }
}

interface Outcome {
  readonly belief: number
  readonly isRight: boolean
}

interface Pool {
  belief: number
  right: number
  count: number
}

const leastInPool = 40

/** Isotonic regression (pool adjacent violators): the best line that never falls, as a few points. */
function fitLine(outcomes: readonly Outcome[]): Calibration {
  const pools: Pool[] = []
  for (const { belief, isRight } of [...outcomes].sort(
    (left, right) => left.belief - right.belief,
  )) {
    pools.push({ belief, right: isRight ? 1 : 0, count: 1 })
    for (;;) {
      const [before, last] = [pools.at(-2), pools.at(-1)]
      if (before === undefined || last === undefined) break
      const isOrdered = before.right / before.count < last.right / last.count
      if (isOrdered && before.count >= leastInPool) break
      if (isOrdered && last.count >= leastInPool && pools.length > 2) break
      pools.splice(-2, 2, merge(before, last))
    }
  }
  let highest = 0
  const points = pools.map(({ belief, right, count }): readonly [number, number] => {
    // One more of each kind, so that few cases never make a certainty.
    highest = Math.max(highest, (right + 1) / (count + 2))
    return [round(belief / count), round(highest)]
  })
  return [[0, 0], ...points]
}

function merge(left: Pool, right: Pool): Pool {
  return {
    belief: left.belief + right.belief,
    right: left.right + right.right,
    count: left.count + right.count,
  }
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
