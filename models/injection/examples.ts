import { attacks, hostileQuestions, hostileTasks, requestLines } from './attacks.ts'
import { attacksInLanguages, wordsInLanguages } from './attacks-languages.ts'
import { benign, benignInLanguages } from './benign.ts'
import { documentWords, documents, payloads, poison, wishes } from './documents.ts'
import { expand, pick } from './grammar.ts'
import { passageOf } from './prose.ts'
import type { Prose } from './prose.ts'
import type { Random, Vocabulary } from './grammar.ts'
import { vocabulary as base } from './vocabulary.ts'

/** A text to train on. */
export interface TextExample {
  /** Number of the template it was written from; texts of one package share one. */
  readonly template: number
  readonly text: string
  readonly isHostile: boolean
  readonly weight: number
}

const ordinaryQuestions = [...(benign['questions'] ?? []), ...(benign['tasks'] ?? [])]
/** Words of attacks that ordinary prompts use as well. */
const words =
  'ignore disregard forget override bypass delete erase execute reveal pretend jailbreak uncensored unrestrained immoral offensive illegal obey obeyed comply system prompt instruction command order rule key password pw enter exit interrupt deviate precede prior previous above remember hesitate authorized unauthorized open create only must start code break mode developer admin root role character evil free freed limit filter restriction policy ethics secret hidden internal confidential initial output print repeat subspecies dotted denoted affirm customize stipulation adversarial swear counter execute enclose rib'.split(
    ' ',
  )
const vocabulary: Vocabulary = {
  ...base,
  ...wordsInLanguages,
  ...documentWords,
  task: hostileTasks,
  badquestion: hostileQuestions,
  requestline: requestLines,
  question: ordinaryQuestions,
  wish: wishes,
  payload: payloads,
  word: words,
  upper: words.map((word) => word.toUpperCase()),
}

/** How many texts are written of one family of templates. */
const perTemplate = 60
const changed = 0.35

/** How many ordinary texts are taken from packages. */
const proseTexts = 6_000

/** Writes the prompts of users, hostile and ordinary. */
export function writeUserExamples(random: Random, prose: Prose): TextExample[] {
  const examples: TextExample[] = []
  let template = 0
  const attackTemplates = [...Object.values(attacks), ...Object.values(attacksInLanguages)].flat()
  const ordinaryTemplates = [...Object.values(benign), ...Object.values(benignInLanguages)].flat()
  const long = [
    ...(benign['writing'] ?? []),
    ...(benign['narrative'] ?? []),
    ...(benign['narrative'] ?? []),
    ...(benign['closings'] ?? []),
    ...(benign['tasks'] ?? []),
  ]
  for (const entry of attackTemplates) {
    for (let count = 0; count < perTemplate; count++) {
      let text = expand(entry, vocabulary, random)
      // Attacks come in several sentences, and hide behind ordinary ones.
      if (random() < 0.35)
        text = `${text} ${expand(pick(attackTemplates, random), vocabulary, random)}`
      if (random() < 0.15)
        text = `${expand(pick(ordinaryQuestions, random), vocabulary, random)} ${text}`
      if (random() < 0.1) text = `${text} ${passageOf(prose.sentences, random, 2)}`
      examples.push({ text: change(text, random), isHostile: true, weight: 1, template })
    }
    template++
  }
  for (const entry of ordinaryTemplates) {
    for (let count = 0; count < perTemplate * 2; count++) {
      let text = expand(entry, vocabulary, random)
      while (random() < 0.4) text = `${text} ${expand(pick(long, random), vocabulary, random)}`
      if (random() < 0.3) text = `${text} ${passageOf(prose.sentences, random, 4)}`
      while (random() < 0.55 && long.includes(entry))
        text = `${text} ${expand(pick(long, random), vocabulary, random)}`
      examples.push({ text: change(text, random), isHostile: false, weight: 1, template })
    }
    template++
  }
  for (const entry of Object.values(documents).flat()) {
    for (let count = 0; count < perTemplate / 2; count++) {
      examples.push({
        text: expand(entry, vocabulary, random),
        isHostile: false,
        weight: 1,
        template,
      })
    }
    template++
  }
  return [...examples, ...writeProse(random, prose, template)]
}

/** Writes what documents and tool results say, poisoned and ordinary. */
export function writeDataExamples(random: Random, prose: Prose): TextExample[] {
  const examples: TextExample[] = []
  let template = 0
  const ordinary = Object.values(documents).flat()
  const hostile = [
    ...Object.values(poison).flat(),
    ...(attacks['override'] ?? []),
    ...(attacks['delimiter'] ?? []),
    ...(attacks['extraction'] ?? []),
  ]
  for (const entry of [...hostile, ...wishes, ...wishes]) {
    for (let count = 0; count < perTemplate; count++) {
      let text = expand(entry, vocabulary, random)
      if (random() < 0.5)
        text = wrap(text, expand(pick(ordinary, random), vocabulary, random), random)
      examples.push({ text: change(text, random), isHostile: true, weight: 1, template })
    }
    template++
  }
  for (const entry of Object.values(attacksInLanguages).flat()) {
    for (let count = 0; count < perTemplate / 4; count++) {
      examples.push({
        text: expand(entry, vocabulary, random),
        isHostile: true,
        weight: 1,
        template,
      })
    }
    template++
  }
  for (const entry of ordinary) {
    for (let count = 0; count < perTemplate * 4; count++) {
      let text = expand(entry, vocabulary, random)
      while (random() < 0.5)
        text = wrap(text, expand(pick(ordinary, random), vocabulary, random), random)
      if (random() < 0.2) text = wrap(text, passageOf(prose.sentences, random, 3), random)
      examples.push({ text: change(text, random), isHostile: false, weight: 1, template })
    }
    template++
  }
  // What people write to each other stands in documents, too.
  for (const entry of [...Object.values(benign), ...Object.values(benignInLanguages)].flat()) {
    for (let count = 0; count < perTemplate; count++) {
      let text = expand(entry, vocabulary, random)
      if (random() < 0.4)
        text = wrap(text, expand(pick(ordinary, random), vocabulary, random), random)
      examples.push({ text: change(text, random), isHostile: false, weight: 0.4, template })
    }
    template++
  }
  return [...examples, ...writeProse(random, prose, template)]
}

function writeProse(random: Random, prose: Prose, template: number): TextExample[] {
  return Object.values(prose).flatMap((texts: readonly string[], kind) =>
    Array.from({ length: proseTexts / (kind + 1) }, () => ({
      text: passageOf(texts, random, kind === 1 ? 1 : 4),
      isHostile: false,
      weight: 1,
      template: template + kind,
    })),
  )
}

/** Puts a text beside another, or into a record as tools return them. */
function wrap(text: string, other: string, random: Random): string {
  const form = Math.floor(random() * 5)
  if (form === 0) return `${other} ${text}`
  if (form === 1) return `${text} ${other}`
  if (form === 2) return `{'content': '${text}', 'timestamp': '2022-02-15 08:00'}`
  if (form === 3)
    return `{"items":[{"id":"${Math.floor(random() * 999)}","body":"${text}","status":"open"}]}`
  return `${other}\n${text}\n${other.slice(0, 60)}`
}

/** Changes case and letters of some texts, so that the model does not rely on how templates are written. */
function change(text: string, random: Random): string {
  if (random() > changed) return text
  const kind = Math.floor(random() * 4)
  if (kind === 0) return text.toLowerCase()
  if (kind === 1) return text.toUpperCase()
  if (kind === 2) return text.replaceAll(/[.,!?:]/g, '')
  const parts = text.split(' ')
  return parts.filter(() => random() > 0.12).join(' ')
}
