import { describe, expect, test } from 'bun:test'
import { modelsConfigSchema } from '../../src/catalog/index.ts'
import { readPromptFacts } from '../../src/routing/lanes/prompt-facts.ts'
import { scoreOf } from '../../src/routing/lanes/score.ts'
import { labelled } from './labelled.ts'
import type { Labelled } from './labelled.ts'

const [model] = modelsConfigSchema.parse([
  { name: 'm', lanes: { efficient: 'small', capable: 'big' } },
])
const lanes = model?.lanes
if (lanes === undefined) throw new Error('no lanes')
const { weights, threshold } = lanes

function isRight({ body, isDemanding }: Labelled): boolean {
  const facts = readPromptFacts(body, Buffer.byteLength(JSON.stringify(body)))
  return scoreOf(facts, weights).value >= threshold === isDemanding
}

function rightOf(requests: readonly Labelled[]): number {
  return requests.filter(isRight).length
}

const tuned = labelled.filter((_, index) => index % 2 === 0)
const held = labelled.filter((_, index) => index % 2 === 1)
const isPlain = ({ kind }: Labelled): boolean => kind !== 'hidden'

describe('the lane that a person would choose', () => {
  test('is chosen for most requests that no weight was set by', () => {
    expect(held).toHaveLength(48)
    expect(rightOf(held)).toBeGreaterThanOrEqual(41)
    expect(rightOf(tuned)).toBeGreaterThanOrEqual(43)
  })

  test('is chosen in every language where the form of the request tells', () => {
    const languages = Map.groupBy(labelled.filter(isPlain), ({ language }) => language)
    expect(languages.size).toBeGreaterThanOrEqual(12)
    const wrong = [...languages].filter(([, all]) => all.length - rightOf(all) > 1)
    expect(wrong).toEqual([])
  })

  test('is not seen where nothing but the meaning of the words tells: those go to the efficient lane', () => {
    const hidden = labelled.filter(({ kind, isDemanding }) => kind === 'hidden' && isDemanding)
    expect(hidden).toHaveLength(8)
    expect(rightOf(hidden)).toBe(0)
  })

  test('is never the capable one for a short question', () => {
    const short = labelled.filter(({ kind, isDemanding }) => kind === 'question' && !isDemanding)
    expect(rightOf(short)).toBe(short.length)
  })
})
