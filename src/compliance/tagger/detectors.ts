import type { Detector } from '../types.ts'
import type { NameLabel, NameModel } from './model.ts'
import { createNameTagger } from './tagger.ts'
import type { NameSighting, NameTagger, TaggerSettings } from './tagger.ts'

const categories: Readonly<Record<NameLabel, string>> = {
  'person-name': 'name',
  place: 'name',
  organisation: 'name',
  address: 'contact',
}

/** The labels the tagger finds, in the order of its detectors. */
export const nameLabels: readonly NameLabel[] = ['person-name', 'place', 'organisation', 'address']

/** A tagger that reads its model when it is first asked. */
export function createLazyNameTagger(
  readModel: () => NameModel,
  settings: TaggerSettings = {},
): NameTagger {
  let tagger: NameTagger | undefined
  const ready = (): NameTagger => (tagger ??= createNameTagger(readModel(), settings))
  return {
    tag: (text) => ready().tag(text),
    tagPart: (text, from) => ready().tagPart(text, from),
  }
}

/**
 * One detector for each label, over one tagger: a text is tagged once, however many of them look at it one after the
 * other. They work at once and in time linear in the text; whoever has long texts asks a recogniser instead.
 */
export function createNameDetectors(tagger: Pick<NameTagger, 'tag'>): readonly Detector[] {
  // The text looked at last with what was found, until another text is looked at.
  let last: { readonly text: string; readonly sightings: readonly NameSighting[] } | undefined
  const tag = (text: string): readonly NameSighting[] => {
    if (last?.text !== text) last = { text, sightings: tagger.tag(text) }
    return last.sightings
  }
  return nameLabels.map((label) => ({
    label,
    category: categories[label],
    find: (text) => tag(text).filter((sighting) => sighting.label === label),
  }))
}
