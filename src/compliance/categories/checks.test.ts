import { describe, expect, test } from 'bun:test'
import { checkCategories } from './checks.ts'
import { categoriesConfigSchema } from './config.ts'

const labels = [
  { label: 'us-ssn', category: 'identity' },
  { label: 'payment-card', category: 'financial' },
  { label: 'dictionary:falcon', category: 'customer' },
]

/** Writes problems as people read them. */
function problemsOf(config: unknown[], readFile?: (path: string) => Uint8Array): string[] {
  const world = { labels, ...(readFile !== undefined && { readFile }) }
  return checkCategories(categoriesConfigSchema.parse(config), world).map(
    ({ path, message, hint }) => `${path.slice(2).join('.')}: ${message}; ${hint}`,
  )
}

test('categories that can all come out have no problem', () => {
  const config = [
    { label: 'deal:falcon', detectors: ['dictionary:*'], implies: ['confidential'] },
    { label: 'pii', anyOf: [{ categories: ['identity'] }, { tools: ['hr.*'] }] },
    { label: 'confidential' },
  ]
  expect(problemsOf(config)).toEqual([])
})

describe('refused, with place and cure:', () => {
  test.each([
    [
      'a label that nothing finds',
      [{ label: 'a', anyOf: [{ detectors: ['us-ssn', 'us-snn'] }] }],
      /^0\.anyOf\.0\.detectors\.1: no finding has the label 'us-snn'; did you mean 'us-ssn'\?$/,
    ],
    [
      'a category of findings that is not there',
      [{ label: 'a', categories: ['weather'] }],
      /^0\.categories\.0: .*'weather'; known: identity, financial, customer$/,
    ],
    [
      'a pattern that matches no label',
      [{ label: 'a', detectors: ['custom:*'] }],
      /^0\.detectors\.0: .*'custom:\*'/,
    ],
    [
      'a label twice',
      [
        { label: 'a', tools: ['x'] },
        { label: 'a', tools: ['y'] },
      ],
      /^1\.label: duplicate category 'a', first at entry 1; .*anyOf/,
    ],
    [
      'a cycle',
      [
        { label: 'a', tools: ['x'], implies: ['d', 'b'] },
        { label: 'b', implies: ['c'] },
        { label: 'c', implies: ['a'] },
      ],
      /^0\.implies\.1: 'a' implies itself: a → b → c → a; remove one/,
    ],
    ['a label that implies itself', [{ label: 'a', tools: ['x'], implies: ['a'] }], /a → a/],
    [
      'a category without any condition',
      [{ label: 'a', implies: ['b'] }],
      /^0: nothing can ever bear the label 'a'; say when/,
    ],
    [
      'a tool and a document at once',
      [{ label: 'a', tools: ['x'], documents: ['y'] }],
      /^0: no text can ever be like this; .*anyOf/,
    ],
    [
      'a tool in what a user wrote',
      [{ label: 'a', textKinds: ['text'], anyOf: [{ detectors: ['us-ssn'] }, { tools: ['x'] }] }],
      /^0\.anyOf\.1: no text can ever be like this/,
    ],
    [
      'two places at once',
      [{ label: 'a', allOf: [{ tools: ['x'] }, { documents: ['y'] }] }],
      /^0\.allOf: no single text can be like all of these/,
    ],
    [
      'an empty condition',
      [{ label: 'a', anyOf: [{ tools: ['x'] }, {}] }],
      /^0\.anyOf\.1: an empty condition holds of every text/,
    ],
  ])('%s', (_, config, expected) => {
    const problems = problemsOf(config)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(expected)
  })

  test('a topic whose file is not there, or is something else', () => {
    const config = [{ label: 'a', anyOf: [{ topic: { file: './a.topic' } }] }]
    const missing = problemsOf(config, () => {
      throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })
    })
    expect(missing).toEqual([
      '0.anyOf.0.topic.file: the topic ./a.topic does not exist; ' +
        'make one: smartflow categories train --label LABEL --examples FILES --out FILE',
    ])
    const wrong = problemsOf(config, () => new TextEncoder().encode('%PDF-1.7 and so on'))
    expect(wrong).toHaveLength(1)
    expect(wrong[0]).toContain('is no topic that `smartflow categories train` wrote')
  })
})

test.each(['Deal Falcon', 'a:b:c', ':a', ''])('the label %j is refused', (label) => {
  expect(categoriesConfigSchema.safeParse([{ label, tools: ['x'] }]).success).toBe(false)
})
