import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { LabelSource } from '../contracts.ts'
import { viewOf } from '../normalise/index.ts'
import { backgroundTexts, encodeTopic, trainTopic } from '../topics/index.ts'
import { writeResearch } from '../topics/testing/research.ts'
import { allPlaces } from './conditions.ts'
import { categoriesConfigSchema } from './config.ts'
import { compileCategories, createCategories } from './categories.ts'

const labels = [
  { label: 'us-ssn', category: 'identity' },
  { label: 'mrn', category: 'health' },
  { label: 'person', category: 'name' },
  { label: 'dictionary:falcon', category: 'customer' },
  { label: 'dictionary:health-terms', category: 'customer' },
  { label: 'custom:falcon-code', category: 'custom' },
]
const { examples } = writeResearch('learn', 120)
const researchTopic = encodeTopic(
  trainTopic({
    label: 'research',
    examples,
    others: [],
    background: backgroundTexts(),
    falseAlarmRate: 0.01,
    holdout: 0,
    seed: 1,
  }).topic,
)

function categoriesOf(config: unknown[], onRead: () => void = () => undefined) {
  const set = compileCategories(categoriesConfigSchema.parse(config), {
    labels,
    readFile(path) {
      onRead()
      if (path === 'research.topic') return researchTopic
      throw new Error('does not exist')
    },
  })
  return {
    labels: set.labels,
    labelsOf: (text: LabelSource) => set.labelsOf(text),
    needs: (label: string) => set.needs(label),
  }
}

/** A text of a user in which something was found: labels, or labels with scores. */
function textOf(
  found: readonly (string | readonly [label: string, score: number])[],
  more: Partial<LabelSource> & { readonly text?: string } = {},
): LabelSource {
  const { text = 'a text', ...rest } = more
  return {
    view: viewOf(text),
    role: 'user',
    kind: 'text',
    direction: 'request',
    findings: found.map((entry) =>
      typeof entry === 'string'
        ? { label: entry, score: 0.9 }
        : { label: entry[0], score: entry[1] },
    ),
    ...rest,
  }
}

describe('a category', () => {
  test('comes from findings that are sure enough and often enough', () => {
    const { labelsOf, needs } = categoriesOf([
      { label: 'deal:falcon', detectors: ['dictionary:falcon', 'custom:falcon-*'], minScore: 0.6 },
      { label: 'bulk', categories: ['identity'], minCount: 3 },
    ])
    expect(labelsOf(textOf(['dictionary:falcon']))).toEqual(['deal:falcon'])
    expect(labelsOf(textOf(['custom:falcon-code']))).toEqual(['deal:falcon'])
    expect(labelsOf(textOf([['dictionary:falcon', 0.5]]))).toEqual([])
    expect(labelsOf(textOf(['us-ssn', 'us-ssn', ['us-ssn', 0.4]]))).toEqual([])
    expect(labelsOf(textOf(['us-ssn', 'us-ssn', 'us-ssn']))).toEqual(['bulk'])
    expect(needs('dictionary:falcon')).toEqual({ minScore: 0.6 })
    expect(needs('us-ssn')).toEqual({ minScore: 0.5 })
    expect(needs('person')).toBeUndefined()
  })

  test('comes from the tool or the document a text is from, whatever the capitals', () => {
    const { labelsOf } = categoriesOf([
      { label: 'crm', anyOf: [{ tools: ['CRM.*'] }, { documents: ['*falcon*'] }] },
    ])
    const tool = { role: 'tool', kind: 'tool-result', source: 'crm.find_client' } as const
    const document = { role: 'document', kind: 'document', source: 'Project Falcon.pdf' } as const
    expect(labelsOf(textOf([], tool))).toEqual(['crm'])
    expect(labelsOf(textOf([], { ...tool, role: 'assistant', kind: 'tool-arguments' }))).toEqual([
      'crm',
    ])
    expect(labelsOf(textOf([], document))).toEqual(['crm'])
    expect(labelsOf(textOf([], { ...document, source: 'crm.txt' }))).toEqual([])
    expect(labelsOf(textOf([], { ...tool, source: 'mail.send' }))).toEqual([])
    expect(labelsOf(textOf([], { source: 'crm.find_client' }))).toEqual([])
  })

  test('comes from a combination within one text, such as a health term and an identifier', () => {
    const { labelsOf, needs } = categoriesOf([
      {
        label: 'phi',
        anyOf: [
          { categories: ['health'] },
          {
            allOf: [
              { detectors: ['dictionary:health-terms'] },
              { detectors: ['person'], categories: ['identity'], minScore: 0.7 },
            ],
          },
        ],
      },
    ])
    expect(labelsOf(textOf(['dictionary:health-terms']))).toEqual([])
    expect(labelsOf(textOf(['us-ssn', 'person']))).toEqual([])
    expect(labelsOf(textOf(['dictionary:health-terms', ['us-ssn', 0.6]]))).toEqual([])
    expect(labelsOf(textOf(['dictionary:health-terms', 'us-ssn']))).toEqual(['phi'])
    expect(labelsOf(textOf(['dictionary:health-terms', 'person']))).toEqual(['phi'])
    expect(labelsOf(textOf(['mrn']))).toEqual(['phi'])
    expect(needs('person')).toEqual({ minScore: 0.7 })
  })

  test('comes from a topic, also in disguise, and the file says where it begins to count', () => {
    const { labelsOf } = categoriesOf([
      { label: 'research', topic: { file: 'research.topic' } },
      { label: 'never', topic: { file: 'research.topic', minScore: 1 } },
    ])
    const text = examples.find((example) => example.length > 400) ?? ''
    expect(labelsOf(textOf([], { text }))).toEqual(['research'])
    expect(labelsOf(textOf([], { text: 'How do I sort a list in Python?' }))).toEqual([])
    expect(labelsOf(textOf([], { text: text.replaceAll('e', 'е\u200b') }))).toEqual(['research'])
    const encoded = Buffer.from(text).toString('base64')
    expect(labelsOf(textOf([], { text: `Please decode ${encoded}` }))).toEqual(['research'])
  })

  test('holds only for the texts that it is restricted to', () => {
    const { labelsOf } = categoriesOf([
      { label: 'a', detectors: ['person'], textRoles: ['user'] },
      { label: 'b', detectors: ['person'], textKinds: ['document', 'tool-result'] },
      { label: 'c', direction: 'answer', anyOf: [{ detectors: ['person'] }] },
    ])
    expect(labelsOf(textOf(['person']))).toEqual(['a'])
    expect(labelsOf(textOf(['person'], { role: 'tool', kind: 'tool-result' }))).toEqual(['b'])
    expect(labelsOf(textOf(['person'], { role: 'assistant', direction: 'answer' }))).toEqual(['c'])
  })

  test('brings the labels that it implies, and theirs', () => {
    const { labelsOf, labels } = categoriesOf([
      { label: 'deal:falcon', detectors: ['dictionary:falcon'], implies: ['mnpi'] },
      { label: 'mnpi', implies: ['confidential'] },
    ])
    expect(labels).toEqual(['confidential', 'deal:falcon', 'mnpi'])
    expect(labelsOf(textOf(['dictionary:falcon']))).toEqual(['confidential', 'deal:falcon', 'mnpi'])
    expect(labelsOf(textOf([]))).toEqual([])
  })
})

test('the file of a topic is read once, and its text only when everything else holds', () => {
  let reads = 0
  const { labelsOf } = categoriesOf(
    [
      { label: 'a', topic: { file: 'research.topic' }, detectors: ['person'] },
      { label: 'b', topic: { file: 'research.topic' }, tools: ['crm.*'] },
    ],
    () => void reads++,
  )
  expect(reads).toBe(1)
  const view = {
    ...viewOf(''),
    get normal(): string {
      throw new Error('The text was read.')
    },
  }
  expect(labelsOf(textOf(['us-ssn'], { view }))).toEqual([])
  expect(() => labelsOf(textOf(['person'], { view }))).toThrow('The text was read.')
})

test('categories that cannot be used are refused, with the place and the cure of each problem', () => {
  const config = categoriesConfigSchema.parse([
    { label: 'a', anyOf: [{ detectors: ['us-snn'] }] },
    { label: 'b' },
  ])
  const create = () => createCategories(config, { labels, readFile: () => researchTopic })
  expect(create).toThrow(
    "compliance.categories[0].anyOf[0].detectors[0]: no finding has the label 'us-snn'; did you mean 'us-ssn'?\n" +
      "compliance.categories[1]: nothing can ever bear the label 'b'; say when",
  )
  expect(
    createCategories(config.slice(0, 0), { labels, readFile: () => researchTopic }).labels,
  ).toEqual([])
})

const leaf = fc.record(
  {
    detectors: fc.subarray(
      labels.map(({ label }) => label),
      { minLength: 1 },
    ),
    categories: fc.subarray(['identity', 'health', 'cust*'], { minLength: 1 }),
    minScore: fc.constantFrom(0.3, 0.5, 0.8),
    minCount: fc.integer({ min: 1, max: 3 }),
    tools: fc.subarray(['crm.*', 'mail.*'], { minLength: 1 }),
    documents: fc.subarray(['*falcon*', 'a*'], { minLength: 1 }),
    textKinds: fc.subarray(['text', 'tool-result', 'document'] as const, { minLength: 1 }),
  },
  { requiredKeys: [] },
)
const branch = fc
  .tuple(leaf, fc.option(fc.array(leaf, { minLength: 1, maxLength: 3 })), fc.boolean())
  .map(([own, parts, isAny]) => ({
    ...own,
    ...(parts !== null && { [isAny ? 'anyOf' : 'allOf']: parts }),
  }))
const configs = fc.array(
  fc.record({
    label: fc.constantFrom('a', 'b', 'c', 'd'),
    anyOf: fc.array(branch, { minLength: 1, maxLength: 3 }),
    implies: fc.subarray(['b', 'c', 'e'], { minLength: 1 }),
  }),
  { minLength: 1, maxLength: 4 },
)
const texts = fc.record({
  found: fc.array(
    fc.tuple(
      fc.constantFrom(...labels.map(({ label }) => label)),
      fc.constantFrom(0.2, 0.4, 0.6, 0.9),
    ),
    { maxLength: 6 },
  ),
  place: fc.constantFrom(...allPlaces),
  source: fc.constantFrom('crm.find', 'Falcon', 'a'),
})

describe('for any categories and any text', () => {
  test('the order of categories, of their conditions and of findings changes nothing', () => {
    fc.assert(
      fc.property(configs, texts, (config, { found, place, source }) => {
        const turned = config.toReversed().map((category) => ({
          ...category,
          anyOf: category.anyOf.toReversed(),
          implies: category.implies.toReversed(),
        }))
        const one = categoriesOf(config)
        const other = categoriesOf(turned)
        const text = textOf(found, { ...place, source })
        const reversed = textOf(found.toReversed(), { ...place, source })
        expect(other.labels).toEqual(one.labels)
        expect(other.labelsOf(reversed)).toEqual(one.labelsOf(text))
      }),
    )
  })

  test('more findings never take a label away, and every label is one that was announced', () => {
    fc.assert(
      fc.property(configs, texts, (config, { found, place, source }) => {
        const { labelsOf, labels } = categoriesOf(config)
        const all = labelsOf(textOf(found, { ...place, source }))
        const fewer = labelsOf(textOf(found.slice(1), { ...place, source }))
        expect(labels).toEqual(expect.arrayContaining([...all]))
        expect(all).toEqual(expect.arrayContaining([...fewer]))
      }),
    )
  })

  test('what is left out by what `needs` says has no influence', () => {
    fc.assert(
      fc.property(configs, texts, (config, { found, place, source }) => {
        const { labelsOf, needs } = categoriesOf(config)
        const needed = found.filter(([label, score]) => score >= (needs(label)?.minScore ?? 2))
        expect(labelsOf(textOf(needed, { ...place, source }))).toEqual(
          labelsOf(textOf(found, { ...place, source })),
        )
      }),
    )
  })
})
