import type { Sighting } from '../types.ts'
import { TokenBlock, margin } from './block.ts'
import { createDecoder, tags } from './decode.ts'
import type { Calibration, NameLabel, NameModel } from './model.ts'
import { createJoiners, gatherSpans, shapeSpan } from './spans.ts'
import type { TokenSpan } from './spans.ts'
import { createTokenizer } from './tokenize.ts'

/** Something the tagger found. Its score is calibrated: of sightings with 0.8, about eight in ten are right. */
export interface NameSighting extends Sighting {
  readonly label: NameLabel
}

/** How the tagger weighs its errors. */
export interface TaggerSettings {
  /**
   * How much likelier than nothing a label must be, as logarithm of odds and with the sign turned: 0 takes the
   * likeliest reading, more finds more and errs more, less finds less. Default `defaultBias`.
   */
  readonly bias?: Partial<Readonly<Record<NameLabel, number>>>
}

/** Chosen on development data: no person in technical texts, and nearly every name. See models/names.md. */
export const defaultBias: Readonly<Record<NameLabel, number>> = {
  'person-name': -1,
  place: 0,
  organisation: 0,
  address: 0,
}

/** A part of a text that is tagged by itself. */
export interface TaggedPart {
  readonly sightings: readonly NameSighting[]
  /** Where the next part begins; the length of the text when nothing is left. */
  readonly next: number
}

/** Finds persons, places, organisations and street addresses. One text at a time: it keeps its buffers. */
export interface NameTagger {
  /** Everything in a text, in order; time grows linearly with it. */
  tag(text: string): readonly NameSighting[]
  /**
   * The part of a text that begins at `from`: to an empty line, or to the end of a line or sentence after some hundred
   * words. What is found in a part depends on nothing before or behind it, save that the last part of a text that is
   * not whole may go on.
   */
  tagPart(text: string, from: number): TaggedPart
}

/** Makes a tagger over a model. */
export function createNameTagger(model: NameModel, settings: TaggerSettings = {}): NameTagger {
  const tokenizer = createTokenizer(model)
  const decoder = createDecoder(model.weights)
  const block = new TokenBlock()
  const joiners = createJoiners(model.alphabet.folds)
  const { unit, calibration } = model.facts
  const bias = biasOf({ ...defaultBias, ...settings.bias }, unit)

  function tagPart(text: string, from: number): TaggedPart {
    const next = tokenizer.read(block, text, from)
    const path = decoder.decode(block, bias)
    if (isAllOutside(path, block.length)) return { sightings: [], next }
    const marginals = decoder.marginals(block.length, unit)
    const sightings = gatherSpans(block.length, path, marginals)
      .map((span) => shapeSpan(span, { text, block, joiners }))
      .filter((span) => span !== undefined)
      .map((span) => sightingOf(span, block, calibration[span.label]))
    return { sightings: withoutOverlap(sightings), next }
  }

  return {
    tagPart,
    tag(text) {
      const all: NameSighting[] = []
      for (let at = 0; at < text.length;) {
        const part = tagPart(text, at)
        all.push(...part.sightings)
        at = part.next
      }
      return all
    },
  }
}

const tagLabels: readonly NameLabel[] = ['person-name', 'place', 'organisation', 'address']

function biasOf(bias: Readonly<Record<NameLabel, number>>, unit: number): Int32Array {
  return Int32Array.from(tags, (_tag, place) => {
    const label = tagLabels[Math.floor((place - 1) / 2)]
    return label === undefined ? 0 : Math.round(bias[label] * unit)
  })
}

function isAllOutside(path: Uint8Array, length: number): boolean {
  for (let token = 0; token < length; token += 1) if (path[token] !== 0) return false
  return true
}

function sightingOf(span: TokenSpan, block: TokenBlock, calibration: Calibration): NameSighting {
  return {
    label: span.label,
    start: block.start[margin + span.first] ?? 0,
    end: block.end[margin + span.end - 1] ?? 0,
    score: calibrate(span.belief, calibration),
  }
}

/** Joined titles and parts may reach into the next sighting: the two become one if they are of one kind. */
function withoutOverlap(sightings: readonly NameSighting[]): NameSighting[] {
  const result: NameSighting[] = []
  for (const sighting of sightings) {
    const last = result.at(-1)
    if (last === undefined || last.end <= sighting.start) {
      result.push(sighting)
    } else if (last.label === sighting.label) {
      const { label, start } = last
      const [end, score] = [Math.max(last.end, sighting.end), Math.max(last.score, sighting.score)]
      result[result.length - 1] = { label, start, end, score }
    } else if (sighting.end > last.end) result.push({ ...sighting, start: last.end })
  }
  return result
}

/** Reads the line of a calibration at a belief. */
export function calibrate(belief: number, line: Calibration): number {
  let [leftBelief, leftShare] = [0, 0]
  for (const [rightBelief, rightShare] of line) {
    if (belief <= rightBelief) {
      const width = rightBelief - leftBelief
      const part = width === 0 ? 1 : (belief - leftBelief) / width
      return leftShare + part * (rightShare - leftShare)
    }
    leftBelief = rightBelief
    leftShare = rightShare
  }
  return leftShare
}
