import { decodeNameModel } from '../../src/compliance/tagger/model.ts'
import { createNameTagger } from '../../src/compliance/tagger/tagger.ts'
import type { NameTagger } from '../../src/compliance/tagger/tagger.ts'
import { labelOf } from './calibrate.ts'
import { readCorpus } from './corpora.ts'
import { recased } from './example.ts'
import type { Example, Label } from './example.ts'

const labels = ['person', 'place', 'organisation'] as const satisfies readonly Label[]

/** Tells in a few lines how a packed model does on a corpus, as written and in lower case. */
export function measureUnseen(model: Uint8Array, folder: string, file: string): string {
  const tagger = createNameTagger(decodeNameModel(model))
  const examples = readCorpus(folder, file)
  const lower = examples.map((example) => recased(example, (text) => text.toLowerCase()))
  return [
    ...labels.map((label) => `${file} ${label}: ${ratios(examples, label, tagger)}`),
    `${file} person, lower case: ${ratios(lower, 'person', tagger)}`,
  ].join('\n')
}

/** Precision and recall by overlap, and the share of names that anything at all was found in. */
function ratios(examples: readonly Example[], label: Label, tagger: NameTagger): string {
  let [gold, reached, masked, found, right] = [0, 0, 0, 0, 0]
  for (const { text, marks } of examples) {
    const sightings = tagger.tag(text)
    const wanted = marks.filter((mark) => mark.label === label)
    const own = sightings.filter((sighting) => sighting.label === labelOf[label])
    gold += wanted.length
    found += own.length
    right += own.filter((each) => wanted.some((mark) => overlap(mark, each))).length
    reached += wanted.filter((mark) => own.some((each) => overlap(mark, each))).length
    masked += wanted.filter((mark) => sightings.some((each) => overlap(mark, each))).length
  }
  const share = (part: number, whole: number): string => (part / whole).toFixed(3)
  return `precision ${share(right, found)}, recall ${share(reached, gold)}, masked ${share(masked, gold)} of ${gold}`
}

interface Range {
  readonly start: number
  readonly end: number
}

function overlap(left: Range, right: Range): boolean {
  return left.start < right.end && right.start < left.end
}
