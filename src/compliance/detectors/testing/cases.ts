import { describe, expect, test } from 'bun:test'
import { viewOf } from '../../normalise/index.ts'
import { createScanner, identifierDetectors, sightingsIn } from '../index.ts'

/** True and false cases of one label; `«…»` marks what is to be found. */
export interface Cases {
  readonly found: readonly string[]
  /** Texts in which nothing of this label may be found, not even weakly enough to act upon. */
  readonly ignored: readonly string[]
}

/** Score from which policies act unless they say otherwise. */
export const actingScore = 0.5

/** Checks detectors, all running together, on their true and false cases. */
export function checkCases(cases: Readonly<Record<string, Cases>>): void {
  const scanner = createScanner(identifierDetectors)
  const placesOf = (text: string, label: string): string[] =>
    sightingsIn(viewOf(text), scanner)
      .filter((finding) => finding.label === label && finding.score >= actingScore)
      .map(({ start, end }) => text.slice(start, end))
  for (const [label, { found, ignored }] of Object.entries(cases)) {
    describe(label, () => {
      test('is one of the built-in detectors', () => {
        expect(identifierDetectors.some((detector) => detector.label === label)).toBe(true)
      })
      test.each([...found])('finds %s', (marked) => {
        const expected = [...marked.matchAll(/«([^»]*)»/gs)].map((match) => match[1] ?? '')
        const places = placesOf(marked.replaceAll(/[«»]/g, ''), label)
        for (const value of expected) expect(places).toContain(value)
      })
      test.each([...ignored])('ignores %s', (text) => {
        expect(placesOf(text, label)).toEqual([])
      })
    })
  }
}
