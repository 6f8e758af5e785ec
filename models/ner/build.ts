import { createAlphabet } from '../../src/compliance/tagger/alphabet.ts'
import { TokenBlock } from '../../src/compliance/tagger/block.ts'
import {
  bitsOf,
  createLexicon,
  hashOf,
  lexical,
  tableOf,
} from '../../src/compliance/tagger/lexicon.ts'
import {
  decodeNameModel,
  encodeNameModel,
  modelFormat,
  packNameModel,
} from '../../src/compliance/tagger/model.ts'
import { createTokenizer } from '../../src/compliance/tagger/tokenize.ts'
import { calibrateModel, uncalibrated } from './calibrate.ts'
import { clusterWords, readVectors } from './clusters.ts'
import { makeExamples } from './examples.ts'
import type { ExampleSets } from './examples.ts'
import { buildLexicon, isLikelyName } from './lexicon.ts'
import { createNameMaker, readNames } from './names.ts'
import type { NameBook } from './names.ts'
import { createOrganisationMaker } from './organisations.ts'
import { createPlaceMaker, readCities } from './places.ts'
import type { City } from './places.ts'
import { readTechnicalProse } from './prose.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import { createTechnicalMaker, readTechnicalTerms } from './technical.ts'
import { encode, quantize, train } from './train.ts'

const seed = 20_261_123
const vectorWords = 60_000
const training = { epochs: 10, rate: 0.1, decay: 0.3 }

/** Where to learn from. */
export interface BuildSources {
  /** Folder of the corpora. */
  readonly folder: string
  /** Files of it, in order. */
  readonly corpora: readonly string[]
}

/** Builds the packed model of names from the corpora and the packages; tells of its progress. */
export function buildNameModel(
  { folder, corpora }: BuildSources,
  report: (line: string) => void,
): Uint8Array {
  const random = createRandom(seed)
  const alphabet = createAlphabet()
  const [names, cities] = [readNames(), readCities()]
  const common = new Set(names.census.given.slice(0, 700))
  const technicalTerms = readTechnicalTerms((word) => common.has(word))
  report('grouping words')
  const clusters = clusterWords(readVectors(), vectorWords)
  const { folds } = alphabet
  const entries = buildLexicon({ clusters, names, cities, technicalTerms, folds })
  const table = tableOf(entries.hashes, entries.values)
  const lexicon = createLexicon(table)
  report(`lexicon: ${entries.hashes.length} words`)

  const look = (word: string): number => lexicon.find(hashOf(word.toLowerCase(), folds))
  const sets = makeSets({ folder, corpora, names, cities, technicalTerms, look, random })
  report(`${sets.training.length} examples to learn from, ${sets.heldOut.length} held out`)
  const tokenizer = createTokenizer({ alphabet, lexicon, groups: clusters.groups })
  const block = new TokenBlock()
  const sequences = sets.training.flatMap((example) => encode(example, tokenizer, block))
  const trained = train(sequences, {
    ...training,
    random,
    report: (epoch, unlikely) => report(`round ${epoch + 1}: ${unlikely} texts not learned`),
  })
  const { unit, ...weights } = quantize(trained)
  const parts = { lexicon: table, groups: clusters.groups, weights }
  const facts = { format: modelFormat, unit, calibration: uncalibrated }
  const model = decodeNameModel(encodeNameModel({ ...parts, facts }))
  const calibration = calibrateModel(model, sets.heldOut)
  return packNameModel(encodeNameModel({ ...parts, facts: { ...facts, calibration } }))
}

interface SetSources extends BuildSources {
  readonly names: NameBook
  readonly cities: readonly City[]
  readonly technicalTerms: readonly string[]
  readonly look: (word: string) => number
  readonly random: Random
}

function makeSets({
  folder,
  corpora,
  names,
  cities,
  technicalTerms,
  look,
  random,
}: SetSources): ExampleSets {
  const has = (word: string, bits: number): boolean => (bitsOf(look(word)) & bits) !== 0
  const { firstName, firstNameCommon, surname, surnameCommon, technical } = lexical
  const anyName = firstName | firstNameCommon | surname | surnameCommon
  const maker = createNameMaker(names, (name) => has(name, technical), random)
  const places = createPlaceMaker(cities, random)
  const prose = readTechnicalProse(
    (word) => /^\p{Lu}\p{Ll}/u.test(word) && isLikelyName(look(word)),
    random,
  )
  return makeExamples({ folder, corpora }, prose, {
    names: maker,
    places,
    organisation: createOrganisationMaker(maker, places, random),
    technical: createTechnicalMaker(
      technicalTerms,
      {
        isName: (word) => has(word, anyName),
        isGivenName: (word) => has(word, firstName | firstNameCommon),
        surnames: names.census.family.slice(0, 3000),
      },
      random,
    ),
    random,
  })
}
