import { ExampleWriter, recased, replaced } from './example.ts'
import type { Example } from './example.ts'
import { readCorpus } from './corpora.ts'
import { fillTemplate } from './template.ts'
import type { SlotSources } from './template.ts'
import { chats, documents } from './templates/documents.ts'
import { languages } from './templates/languages.ts'
import { organisations } from './templates/organisations.ts'
import { people } from './templates/people.ts'
import { abroad, nameless, situations } from './templates/situations.ts'
import { everyday, technical } from './templates/technical.ts'
import type { Random } from './random.ts'

/** Examples to learn from, and others of the same kinds to measure and calibrate on. */
export interface ExampleSets {
  readonly training: readonly Example[]
  readonly heldOut: readonly Example[]
}

const rounds = {
  people: 62,
  documents: 28,
  chats: 40,
  languages: 16,
  situations: 65,
  abroad: 50,
  organisations: 32,
  technical: 120,
  nameless: 80,
  everyday: 30,
}

/** Makes all examples: the public corpora, our templates, and prose without names. */
export function makeExamples(
  { folder, corpora }: { readonly folder: string; readonly corpora: readonly string[] },
  prose: readonly string[],
  sources: SlotSources,
): ExampleSets {
  const { random } = sources
  const training: Example[] = []
  const heldOut: Example[] = []
  const keep = (example: Example): void => {
    const share = random.chance(0.06)
    if (share) heldOut.push(example)
    else training.push(example)
  }
  for (const file of corpora)
    for (const example of readCorpus(folder, file)) {
      keep(example)
      const substitute = withOtherNames(example, sources)
      if (substitute !== undefined) keep(inOtherCase(substitute, random, 0.3))
      if (random.chance(0.15)) keep(recased(example, lower))
    }
  const fill = (templates: readonly string[], count: number, recase: number): void => {
    for (let round = 0; round < count; round += 1)
      for (const template of templates)
        keep(inOtherCase(fillTemplate(template, sources), random, recase))
  }
  fill(people, rounds.people, 0.28)
  fill(documents, rounds.documents, 0.2)
  fill(languages, rounds.languages, 0.12)
  fill(situations, rounds.situations, 0.25)
  fill(abroad, rounds.abroad, 0.15)
  fill(organisations, rounds.organisations, 0.2)
  fill(nameless, rounds.nameless, 0.25)
  fill(technical, rounds.technical, 0.35)
  fill(everyday, rounds.everyday, 0.3)
  for (let round = 0; round < rounds.chats; round += 1)
    for (const template of chats) {
      const example = fillTemplate(template, sources)
      keep(random.chance(0.75) ? recased(example, lower) : example)
    }
  for (const text of prose) keep(inOtherCase({ text, marks: [] }, random, 0.15))
  for (let count = 0; count < 2500; count += 1) keep(chain(training, random))
  return { training, heldOut }
}

/** The sentence of a corpus with its names changed for others, so that many names are seen in real sentences. */
function withOtherNames(
  example: Example,
  { names, places, random }: SlotSources,
): Example | undefined {
  if (!example.marks.some((mark) => mark.label === 'person')) return undefined
  return replaced(example, ({ label }, words) => {
    if (label === 'place' && random.chance(0.5)) return places.city()
    if (label !== 'person' || /^[^\p{Lu}]/u.test(words)) return undefined
    if (words.includes(' ')) return names.full()
    return random.chance(0.6) ? names.given() : names.family()
  })
}

const lower = (text: string): string => text.toLowerCase()
const upper = (text: string): string => text.toUpperCase()

function inOtherCase(example: Example, random: Random, share: number): Example {
  if (!random.chance(share)) return example
  const form = random.next()
  if (form < 0.62) return recased(example, lower)
  if (form < 0.78) return recased(example, upper)
  if (form < 0.92) return lowerMarks(example)
  return recased(example, (text) => text.replace(/(?<=^|[ \n"])\p{Ll}/gu, upper))
}

/** Names written small in a sentence that has capitals elsewhere. */
function lowerMarks(example: Example): Example {
  return replaced(example, ({ label }, words) =>
    label === 'person' && lower(words).length === words.length ? lower(words) : undefined,
  )
}

/** Several examples in one text, as people write more than a sentence. */
function chain(examples: readonly Example[], random: Random): Example {
  const writer = new ExampleWriter()
  const between = random.pick([' ', ' ', '\n', '\\n'])
  for (let count = 2 + random.below(4); count > 0; count -= 1) {
    const example = random.pick(examples)
    let at = 0
    for (const mark of example.marks) {
      writer.add(example.text.slice(at, mark.start))
      writer.add(example.text.slice(mark.start, mark.end), mark.label)
      at = mark.end
    }
    writer.add(example.text.slice(at))
    if (count > 1) writer.add(between)
  }
  return writer.finish()
}
