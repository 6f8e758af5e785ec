import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createNameDetectors, createNameTagger, nameLabels, readNameModel } from './index.ts'
import type { NameLabel } from './index.ts'

const model = readNameModel()
const tagger = createNameTagger(model)

function found(text: string, label: NameLabel): string[] {
  return tagger
    .tag(text)
    .filter((sighting) => sighting.label === label)
    .map(({ start, end }) => text.slice(start, end))
}

describe('names of persons', () => {
  test.each([
    ['Dear Maria Lopez,', ['Maria Lopez']],
    ['please call gerald thompson about his claim', ['gerald thompson']],
    ['PATIENT: GONZALO ARANGO, ADMITTED TODAY', ['GONZALO ARANGO']],
    ['Sehr geehrte Frau Kretschmann,\nanbei die Rechnung.', ['Frau Kretschmann']],
    ['{"first_name": "Ingrid", "last_name": "Solheim"}', ['Ingrid', 'Solheim']],
    ["O'Brien's wife Siobhán called.", ["O'Brien", 'Siobhán']],
    ['Signed by Dr. J. R. Whitmore Jr. on Monday', ['Dr. J. R. Whitmore Jr.']],
  ])('are found in %p', (text, names) => {
    expect(found(text, 'person-name')).toEqual(names)
  })

  test.each([
    'How do I configure Jenkins with Spring Boot and Jackson?',
    "Explain Dijkstra's algorithm and the Floyd-Warshall algorithm.",
    'Is Ada older than Pascal, and what about Julia or Haskell?',
    'The build runs every Monday in April, May and August.',
    'class Bishop extends Piece { move() {} }',
    'docker run -it redis:7 && kubectl get pods -n kafka',
    'SELECT name, city FROM customers WHERE id = 7;',
  ])('are not seen in %p', (text) => {
    expect(found(text, 'person-name')).toEqual([])
  })
})

test('places, organisations and addresses have labels of their own', () => {
  const text = 'I work for Northern Insurance Ltd in Berlin and live at 14 Maple Street, Leeds.'
  expect(found(text, 'organisation')).toEqual(['Northern Insurance Ltd'])
  expect(found(text, 'place')).toContain('Berlin')
  expect(found(text, 'address')[0]).toStartWith('14 Maple Street')
})

test('a higher bias finds no less', () => {
  const eager = createNameTagger(model, { bias: { 'person-name': 4 } })
  const text = 'hector and the others went home, then rosa came back with Paxos.'
  const count = (all: readonly { readonly label: string }[]): number =>
    all.filter(({ label }) => label === 'person-name').length
  expect(count(eager.tag(text))).toBeGreaterThanOrEqual(count(tagger.tag(text)))
})

const signs = [
  "'s",
  '-',
  '\\n',
  '"',
  '{',
  'é',
  '李',
  '😀',
  '\u0301',
  '\u200b',
  '_x',
  '@',
  '. ',
  'É',
]
const pieces = fc.constantFrom(
  ...'Maria|Lopez|Dr.| |\n|\n\n|, |in Berlin|12|Main Street|https://a.example/b'.split('|'),
  ...signs,
)
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(pieces, { maxLength: 120 }).map((parts) => parts.join('')),
)

describe('for any text', () => {
  test('sightings are in order, apart, not empty, and have scores of 0 to 1', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let last = 0
        for (const { start, end, score } of tagger.tag(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(score).toBeWithin(0, 1.0001)
          last = end
        }
      }),
    )
  })

  test('the same text gets the same answer, whatever was tagged before', () => {
    fc.assert(
      fc.property(texts, texts, (text, other) => {
        const first = tagger.tag(text)
        tagger.tag(other)
        expect(tagger.tag(text)).toEqual(first)
        expect(createNameTagger(model).tag(text)).toEqual(first)
      }),
      { numRuns: 30 },
    )
  })

  test('paragraphs are tagged apart: what stands before an empty line changes nothing', () => {
    fc.assert(
      fc.property(texts, texts, (before, text) => {
        const head = `${before.replaceAll('\\', '')}.\n\n`
        const moved = tagger.tag(`x${text}`).map((each) => ({
          ...each,
          start: each.start + head.length,
          end: each.end + head.length,
        }))
        const all = tagger.tag(`${head}x${text}`)
        expect(all.filter(({ start }) => start >= head.length)).toEqual(moved)
      }),
    )
  })
})

test('time grows linearly with hostile texts', () => {
  for (const unit of ['A', 'Aa ', '-', '\\', "'s", 'a.b/', '@a.', '\u0301', 'É-', 'Dr. ']) {
    const text = unit.repeat(50_000 / unit.length)
    const start = performance.now()
    tagger.tag(text)
    // A hundred times what it takes at rest would still be linear.
    expect(performance.now() - start).toBeLessThan(1500)
  }
})

test('detectors share one look at a text', () => {
  let looks = 0
  const detectors = createNameDetectors({
    tag: (text) => {
      looks += 1
      return tagger.tag(text)
    },
  })
  const text = 'Anna Schmidt lives in Vienna.'
  const seen = detectors.flatMap((each) =>
    [...each.find(text)].map((sighting) => [each.label, text.slice(sighting.start, sighting.end)]),
  )
  expect(seen).toEqual([
    ['person-name', 'Anna Schmidt'],
    ['place', 'Vienna'],
  ])
  expect(looks).toBe(1)
  expect(detectors.map(({ label }) => label)).toEqual([...nameLabels])
})
