import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  backgroundTexts,
  createTopicScorer,
  decodeTopic,
  encodeTopic,
  trainTopic,
} from './index.ts'
import type { Topic, TopicTraining } from './index.ts'
import { writeResearch } from './testing/research.ts'

const learnt = writeResearch('learn', 120)
const measured = writeResearch('measure', 120)
const background = backgroundTexts()
const training: TopicTraining = {
  label: 'research',
  examples: learnt.examples,
  others: [],
  background,
  falseAlarmRate: 0.01,
  holdout: 0,
  seed: 1,
}
const { topic, warnings } = trainTopic(training)
const scorer = createTopicScorer()

function scoreOf(text: string, of: Topic = topic): number {
  return scorer.score(text, [of])[0]?.score ?? NaN
}

function shareOf(texts: readonly string[], of: Topic = topic): number {
  return texts.filter((text) => scoreOf(text, of) >= of.threshold).length / texts.length
}

describe('a topic', () => {
  test('is recognised in sentences that were not learnt, and rarely in talk of the same trade', () => {
    expect(shareOf(measured.examples)).toBeGreaterThan(0.7)
    expect(shareOf(measured.others)).toBeLessThan(0.1)
  })

  test('is told apart better with texts of the same trade as others', () => {
    const better = trainTopic({ ...training, others: learnt.others }).topic
    expect(shareOf(measured.others, better)).toBeLessThan(shareOf(measured.others) + 0.001)
    expect(better.summary.others).toBeGreaterThan(100)
  })

  test('is the same, byte for byte, whatever the order of the texts', () => {
    const again = trainTopic({
      ...training,
      examples: learnt.examples.toReversed(),
      background: background.toReversed(),
    })
    expect(encodeTopic(again.topic)).toEqual(encodeTopic(topic))
    const other = trainTopic({ ...training, seed: 2 })
    expect(encodeTopic(other.topic)).not.toEqual(encodeTopic(topic))
  })

  test('says how it was measured and from how many texts', () => {
    const { summary, threshold } = topic
    expect(summary).toMatchObject({ others: 0, measuredBy: 'cross-validation' })
    expect(summary.examples + summary.duplicates).toBe(120)
    const at = summary.quality.find(({ minScore }) => minScore === threshold)
    expect(at?.recall).toBeGreaterThan(0.9)
    expect(at?.falseAlarms).toBeLessThanOrEqual(0.01)
    const recalls = summary.quality.map(({ recall }) => recall)
    expect(recalls).toEqual(recalls.toSorted((a, b) => b - a))
    expect(warnings.join(' ')).toContain('--others')
  })

  test('is measured on texts that were set aside, when some are', () => {
    const { summary } = trainTopic({ ...training, holdout: 0.2 }).topic
    expect(summary.measuredBy).toBe('holdout')
    expect(summary.quality[0]?.recall).toBeGreaterThan(0.8)
  })
})

describe('a topic hidden in a long text', () => {
  const sentences = background.filter((text) => text.length < 150)
  const host = (length: number, seed: number): string => {
    let text = ''
    for (let at = seed; text.length < length; at += 7)
      text += `${sentences[at % sentences.length]} `
    return text.slice(0, length)
  }
  const hidden = measured.examples.filter((text) => text.length > 400 && scoreOf(text) > 0.9)

  test('is found wherever it stands, and located', () => {
    expect(hidden.length).toBeGreaterThan(5)
    fc.assert(
      fc.property(
        fc.constantFrom(...hidden),
        fc.integer({ min: 0, max: 100_000 }),
        fc.nat({ max: 1000 }),
        (text, at, seed) => {
          const around = host(100_000, seed)
          const whole = `${around.slice(0, at)} ${text} ${around.slice(at)}`
          const [found] = scorer.score(whole, [topic])
          expect(found?.score).toBeGreaterThanOrEqual(topic.threshold)
          expect(found?.start).toBeLessThan(at + text.length)
          expect(found?.end).toBeGreaterThan(at)
          expect(scoreOf(around)).toBeLessThan(topic.threshold)
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('training', () => {
  test('refuses too few examples and says how many are needed', () => {
    const few = learnt.examples.slice(0, 7)
    expect(() => trainTopic({ ...training, examples: [...few, ...few] })).toThrow(
      /7 different examples are too few, at least 20 are needed \(13 more\)/,
    )
    expect(() => trainTopic({ ...training, background: [] })).toThrow(/0 different other texts/)
  })

  test('warns of texts that are there twice, almost twice, on both sides, or empty', () => {
    const [first = '', second = ''] = learnt.examples
    const long = learnt.examples.find((text) => text.length > 600) ?? ''
    const result = trainTopic({
      ...training,
      examples: [...new Set(learnt.examples), first.toUpperCase(), `${long} Indeed.`, '?!'],
      others: [...learnt.others.slice(0, 40), second],
    })
    const text = result.warnings.join('\n')
    expect(text).toContain('1 text is a repetition')
    expect(text).toMatch(/\d+ texts are almost the same/)
    expect(text).toContain('1 text is among the examples and among the others')
    expect(text).toContain('1 text is left out for having fewer')
  })

  test('warns when there are too few other texts to see the wanted rate', () => {
    const { warnings } = trainTopic({ ...training, falseAlarmRate: 0.001 })
    expect(warnings.join('\n')).toContain('give 3000 to be sure')
  })

  test('copes with labels, and texts, of no use at all', () => {
    const noise = Array.from({ length: 60 }, (_, at) => background[at * 3] ?? '')
    const rest = background.filter((text) => !noise.includes(text))
    const { topic, warnings } = trainTopic({ ...training, examples: noise, background: rest })
    expect(topic.threshold).toBeGreaterThanOrEqual(0.5)
    expect(warnings.join('\n')).toContain('of the examples are found')
  })
})

describe('the file of a topic', () => {
  const bytes = encodeTopic(topic)

  test('holds the topic', () => {
    expect(decodeTopic(bytes)).toEqual({ ...topic, head: { ...topic.head, name: 'topic' } })
    expect(decodeTopic(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3)).label).toBe('research')
  })

  test('holds none of the words of the examples', () => {
    const content = Buffer.from(bytes).toString('latin1').toLowerCase()
    const words = new Set(
      learnt.examples
        .join(' ')
        .toLowerCase()
        .match(/[a-z]{6,}/g),
    )
    const told = ['examples', 'quality', 'coverage']
    const found = [...words].filter((word) => !told.includes(word) && content.includes(word))
    expect(found).toEqual([])
  })

  test('is refused when a byte of it was changed or it was cut off', () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Uint8Array.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ by
        expect(() => decodeTopic(changed)).toThrow(RangeError)
        expect(() => decodeTopic(bytes.subarray(0, at))).toThrow(RangeError)
      }),
      { numRuns: 30 },
    )
  })
})

test('any text has a score from 0 to 1 and a place within it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const [found] = scorer.score(text, [topic])
      expect(found?.score).toBeGreaterThanOrEqual(0)
      expect(found?.score).toBeLessThanOrEqual(1)
      expect(found?.start).toBeGreaterThanOrEqual(0)
      expect(found?.end).toBeLessThanOrEqual(text.length)
    }),
  )
  expect(scoreOf('')).toBe(0)
  expect(scoreOf('?!')).toBe(0)
})

test('a long text costs less than 120 µs for each kB, whatever it is made of', () => {
  for (const piece of ['target price ', 'a ', 'x'.repeat(70), '研究', '[[', 'é']) {
    const text = piece.repeat(100_000 / piece.length)
    const times = [0, 1, 2].map(() => {
      const start = performance.now()
      scoreOf(text)
      return performance.now() - start
    })
    // Three times the promise: the machines of tests are shared.
    expect([piece, Math.min(...times) < 12]).toEqual([piece, true])
  }
})
