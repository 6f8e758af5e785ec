import { join } from 'node:path'
import {
  createReader,
  pieceScale,
  featuresOf,
  windowTokens,
} from '../src/compliance/injection/index.ts'
import { encodeModel, trainHead } from '../src/compliance/linear/index.ts'
import type { Example, LinearHead } from '../src/compliance/linear/index.ts'
import { randomOf } from './injection/grammar.ts'
import { readProse } from './injection/prose.ts'
import { writeDataExamples, writeUserExamples } from './injection/examples.ts'
import type { TextExample } from './injection/examples.ts'

/**
 * Trains the model of injections from the templates in `models/injection/` and the prose of the packages that
 * `models/package.json` names, and writes `models/injection.bin`. Deterministic: the same texts give the same
 * bytes.
 */
const bits = 18
const mask = (1 << bits) - 1
const seed = 20_261_123
const options = { bits, epochs: 3, decay: 3e-3, learningRate: 0.1, seed }
/**
 * How far a head leans to alarms, as a number added to its score: 0.5 is then where the development data has
 * fewer than 2 % false alarms.
 */
const balance = { user: -0.2, data: 0.5 } as const
/** A feature counts only if so many templates have it: others only tell how a template is written. */
const leastTemplates = 4

const readText = createReader()
const prose = readProse()
const heads: LinearHead[] = []
for (const [name, write] of [
  ['user', writeUserExamples],
  ['data', writeDataExamples],
] as const) {
  const texts = write(randomOf(seed), prose)
  const pieces = texts.flatMap(piecesOf)
  const isCommon = commonFeatures(pieces)
  const examples = pieces.map((piece) => ({
    ...piece,
    features: piece.features.filter((feature) => isCommon[feature] === 1),
  }))
  const head = trainHead(name, examples, options)
  heads.push({ ...head, bias: head.bias + balance[name] })
  const hostile = texts.filter(({ isHostile }) => isHostile).length
  const used = isCommon.reduce((sum, value) => sum + value, 0)
  process.stdout.write(
    `${name}: ${hostile} hostile and ${texts.length - hostile} ordinary texts, ${used} features\n`,
  )
}
await Bun.write(join(import.meta.dir, 'injection.bin'), encodeModel({ bits, heads }))

interface Piece extends Example {
  readonly template: number
  readonly weight: number
}

/** Cuts a text as the detector does, and lists the features of each piece. */
function piecesOf({ text, isHostile, weight, template }: TextExample): Piece[] {
  const { tokens, concepts } = readText(text)
  const features: number[][] = []
  for (let from = 0; from < Math.max(tokens.count, 1); from += windowTokens) features.push([])
  const { hashes, ends } = featuresOf(tokens, concepts)
  for (let token = 0, at = 0; token < tokens.count; token++) {
    for (; at < (ends[token] ?? 0); at++) {
      features[Math.floor(token / windowTokens)]?.push((hashes[at] ?? 0) & mask)
    }
  }
  return features
    .map((list, index) => ({
      features: Uint32Array.from(list),
      value: pieceScale(Math.min(windowTokens, tokens.count - index * windowTokens)),
      isPositive: isHostile,
      weight,
      template,
    }))
    .filter((piece) => piece.features.length > 0)
}

/** Marks the features that texts of enough templates have. */
function commonFeatures(pieces: readonly Piece[]): Uint8Array {
  const lastTemplate = new Int32Array(1 << bits).fill(-1)
  const counts = new Int32Array(1 << bits)
  // Pieces come in the order of their templates.
  for (const { features, template } of pieces) {
    for (const feature of features) {
      if (lastTemplate[feature] === template) continue
      lastTemplate[feature] = template
      counts[feature] = (counts[feature] ?? 0) + 1
    }
  }
  return Uint8Array.from(counts, (count) => Number(count >= leastTemplates))
}
