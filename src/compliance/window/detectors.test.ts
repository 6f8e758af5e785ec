import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { Finding } from '../../core/decision.ts'
import type { TextEdit, TextFilter } from '../../core/text-filter.ts'
import { createScanner, identifierDetectors, resolve, sightingsIn } from '../detectors/index.ts'
import type { TextPart } from '../detectors/index.ts'
import { viewOf } from '../normalise/index.ts'
import { createPlaceholders, redactText } from '../redaction/index.ts'
import { createSecretScanner, tokenRules } from '../secrets/index.ts'
import { applyEdits, createWindow, filterWhole } from './index.ts'

const scanner = createScanner(identifierDetectors)
const secrets = createSecretScanner(tokenRules)

/** What the built-in detectors find beyond doubt, identifiers and secrets. */
function find(text: string, part?: TextPart): readonly Finding[] {
  const view = viewOf(text)
  const findings = sightingsIn(view, scanner, part)
  const add = (label: string, start: number, end: number, score: number): void => {
    findings.push({ label, category: 'secret', start, end, score, detector: label })
  }
  for (const { label, start, end, score } of secrets.scan(
    view.normal,
    view.normal === text ? part : undefined,
  )) {
    const range = view.toOriginal(start, end)
    add(label, range.start, range.end, score)
  }
  for (const run of view.decoded) {
    for (const { label, score } of secrets.scan(run.text)) add(label, run.start, run.end, score)
  }
  return resolve(findings.filter(({ score }) => score >= 0.5))
}

function open(): TextFilter {
  const { replace } = createPlaceholders()
  return createWindow({
    inspect: (text, part) => ({
      findings: find(text, part).map(({ label, start, end }) => ({
        start,
        end,
        write: (found) => replace(label, found),
      })),
    }),
    plainUpTo: (text, { from, to }) =>
      Math.min(to, ...find(text).flatMap(({ start, end }) => (end > from ? [start] : []))),
  })
}

/** Lets a text through in pieces, with pauses behind some of them. */
function stream(
  text: string,
  lengths: readonly number[],
  pauses: readonly boolean[] = [false],
): string {
  const filter = open()
  const edits: TextEdit[] = []
  let at = 0
  let upTo = 0
  for (let step = 0; at < text.length; step++) {
    const length = lengths[step % lengths.length] ?? 1
    const settled = [filter.push(text.slice(at, at + length))]
    if (pauses[step % pauses.length] === true) settled.push(filter.idle())
    for (const each of settled) {
      // What has left stays as it is.
      for (const { start } of each.edits) expect(start).toBeGreaterThanOrEqual(upTo)
      expect(each.upTo).toBeGreaterThanOrEqual(upTo)
      ;({ upTo } = each)
      edits.push(...each.edits)
    }
    at += length
  }
  edits.push(...filter.end().edits)
  return applyEdits(text, edits)
}

const sentences = [
  'Please charge my card 4539 5787 6362 1486, it is valid until next year.',
  'The account is DE89 3704 0044 0532 0130 00 at the bank in town.',
  'Write to anna.schmidt@example.org or to the press office.',
  'Her social security number is 536-90-4399 and nobody else has it.',
  'You can call me at +49 30 901820 from nine to five.',
  'The server answered from 10.20.30.41 within a second.',
  'Nothing of all this concerns the weather, which is fine today.',
  'The order has 12 items, 3 of them late, for a total of 1,299.00 euros.',
  'Ünïcode and 😀 faces are welcome here — as is “typography”.',
  'The token is ghp_x7Kq2mZ9pL4wR8tV1nB5cY3dF6gH0jS2aQwE and works until Monday.',
  'password: "Tr0ub4dor&3-horse"; host: db-7',
  `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEowIBAAKCAQEAx7Kq2mZ9pL4wR8tV1nB5cY3dF6gH0jS2aQwEuI8oP3kL6zXc\n'.repeat(6)}-----END RSA PRIVATE KEY-----`,
  'Encoded: NDUzOSA1Nzg3IDYzNjIgMTQ4NiBpcyBteSBjYXJkIG51bWJlcg== as promised.',
  'My card is \\u0034\\u0035\\u0033\\u0039578763621486, four five three nine.',
  'Karte 4539\u200b5787\u200b6362\u200b1486 – bitte nicht weitergeben.',
  '```\nconst total = items.reduce((sum, item) => sum + item.price, 0)\n```',
]

const text = fc
  .array(fc.constantFrom(...sentences), { minLength: 1, maxLength: 14 })
  .map((parts) => parts.join(' '))
const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 })

describe('a window with the built-in detectors', () => {
  test('lets out the same at every split, and nothing that they find', () => {
    fc.assert(
      fc.property(text, lengths, (text, lengths) => {
        const whole = filterWhole(text, open()).text
        expect(stream(text, lengths)).toBe(whole)
        expect(find(whole)).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  test('lets out the same whatever pauses there are', () => {
    const pauses = fc.array(fc.boolean(), { minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(text, lengths, pauses, (text, lengths, pauses) => {
        expect(stream(text, lengths, pauses)).toBe(filterWhole(text, open()).text)
      }),
      { numRuns: 60 },
    )
  })

  test('lets plain words out in a pause, up to half a window', () => {
    const filter = open()
    const words = 'Nothing of all this concerns the weather, which is fine today. '
    expect(filter.push(words.repeat(3)).upTo).toBe(0)
    const { upTo, edits } = filter.idle()
    expect(edits).toEqual([])
    expect(upTo).toBeGreaterThan(50)
    expect(upTo).toBeLessThanOrEqual(3 * words.length - 128)
    expect(filter.idle().upTo).toBe(upTo)
    expect(filter.push('Card 4539 5787 6362 1486.').upTo).toBe(upTo)
    const last = filter.end()
    expect(last.edits).toHaveLength(1)
    expect(last.upTo).toBe(3 * words.length + 25)
  })

  test('finds what a look at the whole text finds', () => {
    fc.assert(
      fc.property(text, (text) => {
        const { replace } = createPlaceholders()
        expect(filterWhole(text, open()).text).toBe(redactText(text, find(text), replace))
      }),
      { numRuns: 40 },
    )
  })
})
