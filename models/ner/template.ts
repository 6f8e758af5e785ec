import { ExampleWriter } from './example.ts'
import type { Example, Label } from './example.ts'
import type { NameMaker } from './names.ts'
import type { PlaceMaker } from './places.ts'
import type { Random } from './random.ts'

/** Where the words of slots come from. */
export interface SlotSources {
  readonly names: NameMaker
  readonly places: PlaceMaker
  readonly organisation: () => string
  /** A tool, product, library or method that is no person, whatever it is called. */
  readonly technical: () => string
  readonly random: Random
}

/**
 * Fills a template: `[a|b]` is one of several wordings (not nested), `{P}` and the like are slots. P any form of a
 * person's name, F a full name, G a given name, N a family name; L a place, C a city, K a country; O an organisation;
 * A an address, S number and street; X something technical. d date, t time, n number, e e-mail address, h phone,
 * r role, w weekday, m amount, i identifier, T title before a name.
 */
export function fillTemplate(template: string, sources: SlotSources): Example {
  const { random } = sources
  const chosen = choose(template, random)
  const writer = new ExampleWriter()
  for (const piece of chosen.split(/(\{[A-Za-z]\})/)) {
    const slot = /^\{([A-Za-z])\}$/.exec(piece)?.[1]
    if (slot === undefined) writer.add(piece)
    else writer.add(wordsOf(slot, sources), labels[slot])
  }
  return writer.finish()
}

/** Takes one wording of each choice; brackets without a bar stay as they are. */
function choose(template: string, random: Random): string {
  return template.replace(/\[((?:[^[\]{}]|\{[A-Za-z]\})*)\]/g, (whole, inner: string) =>
    inner.includes('|') ? random.pick(inner.split('|')) : whole,
  )
}

const labels: Readonly<Record<string, Label>> = {
  P: 'person',
  F: 'person',
  G: 'person',
  N: 'person',
  L: 'place',
  C: 'place',
  K: 'place',
  O: 'organisation',
  A: 'address',
  S: 'address',
}

function wordsOf(slot: string, sources: SlotSources): string {
  const { names, places, random } = sources
  switch (slot) {
    case 'P':
      return names.any()
    case 'F':
      return names.full()
    case 'G':
      return names.given()
    case 'N':
      return names.family()
    case 'L':
      return places.place()
    case 'C':
      return places.city()
    case 'K':
      return places.country()
    case 'O':
      return sources.organisation()
    case 'A':
      return places.address()
    case 'S':
      return places.street()
    case 'X':
      return sources.technical()
    default:
      return plainWords(slot, random)
  }
}

function plainWords(slot: string, random: Random): string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => String(random.below(10))).join('')
  switch (slot) {
    case 'd':
      return random.pick([
        `${1 + random.below(12)}/${1 + random.below(28)}/${1940 + random.below(85)}`,
        `${2000 + random.below(26)}-0${1 + random.below(9)}-1${random.below(9)}`,
        `${random.pick(months)} ${1 + random.below(28)}`,
        `${1 + random.below(28)} ${random.pick(months)} ${1950 + random.below(76)}`,
        `${1 + random.below(28)}.${1 + random.below(12)}.${1950 + random.below(76)}`,
      ])
    case 't':
      return random.pick([
        `${random.below(24)}:${10 + random.below(50)}`,
        `${1 + random.below(12)}pm`,
      ])
    case 'n':
      return digits(1 + random.below(5)).replace(/^0/, '7')
    case 'e':
      return random.pick([
        'info@example.com',
        'support@example.org',
        `user${digits(3)}@example.net`,
      ])
    case 'h':
      return random.pick([
        `(${digits(3)}) ${digits(3)}-${digits(4)}`,
        `+${digits(2)} ${digits(3)} ${digits(6)}`,
        `0${digits(3)} ${digits(7)}`,
      ])
    case 'r':
      return random.pick(roles)
    case 'w':
      return random.pick(weekdays)
    case 'm':
      return random.pick([
        `$${digits(4)}`,
        `€${digits(3)},50`,
        `£${digits(2)}k`,
        `${digits(5)} USD`,
      ])
    case 'i':
      return random.pick([
        `INC${digits(6)}`,
        `#${digits(5)}`,
        `CASE-${digits(4)}`,
        digits(9),
        `MRN ${digits(7)}`,
      ])
    case 'T':
      return random.pick(titles)
    default:
      throw new Error(`The slot {${slot}} is not known.`)
  }
}

const months =
  'January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sept Oct Nov Dec'.split(
    ' ',
  )
const weekdays = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')
const titles =
  'Mr. Mr Mrs. Mrs Ms. Ms Dr. Dr Prof. Professor Miss Sir Judge Captain Sgt. Nurse Rev. Father Sister Officer Senator Lord Lady Herr Frau Señor Señora Monsieur Madame Signor mr. mrs. ms. dr.'.split(
    ' ',
  )
const roles =
  'account manager|CEO|CFO|head of compliance|data analyst|sales director|project manager|nurse|physician|attorney|teacher|consultant|software engineer|HR manager|director|chief of staff|branch manager|portfolio manager|paralegal|product owner|recruiter|auditor|claims handler|radiologist|electrician|plumber|truck driver|photographer|civil engineer|dairy farmer|machine operator|office clerk|dental assistant|librarian|pharmacist|marketing manager|research assistant|team lead|VP of Sales'.split(
    '|',
  )
