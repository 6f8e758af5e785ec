import { createKeywordAutomaton } from '../keywords/index.ts'
import { tokenKinds } from '../text/index.ts'
import type { Tokens } from '../text/index.ts'
import { conceptNumber } from './concepts.ts'
import type { ConceptName } from './concepts.ts'
import type { Concepts } from './features.ts'

/** A rule that saw an attack. */
export interface RuleSighting {
  readonly rule: string
  readonly start: number
  readonly end: number
  readonly score: number
}

/** Concepts that stand one after the other, with only so many other words between two of them. */
interface SequenceRule {
  readonly id: string
  readonly steps: readonly (readonly ConceptName[])[]
  readonly gap: number
  readonly score: number
}

const sequences: readonly SequenceRule[] = [
  {
    id: 'ignore-instructions',
    steps: [
      ['ignore'],
      ['prior', 'all', 'your', 'system'],
      ['prior', 'instruction', 'your'],
      ['instruction'],
    ],
    gap: 3,
    score: 0.9,
  },
  {
    id: 'ignore-instructions',
    steps: [['ignore'], ['prior'], ['instruction']],
    gap: 2,
    score: 0.9,
  },
  { id: 'ignore-instructions', steps: [['ignore'], ['your'], ['instruction']], gap: 1, score: 0.8 },
  {
    id: 'reveal-prompt',
    steps: [['reveal'], ['your'], ['system', 'prior'], ['instruction']],
    gap: 2,
    score: 0.9,
  },
  {
    id: 'no-restrictions',
    steps: [['role', 'now'], ['assistant'], ['not'], ['restriction']],
    gap: 6,
    score: 0.7,
  },
]

/** Fixed phrases and marks that hardly stand in anything but an attack, in lower case. */
const phrases: Readonly<Record<string, readonly string[]>> = {
  'template-mark': [
    '<|im_start|>',
    '<|im_end|>',
    '<|system|>',
    '[inst]',
    '<<sys>>',
    '<|endoftext|>',
    '<|eot_id|>',
    '<start_of_turn>',
  ],
  jailbreak: [
    'do anything now',
    'dan mode',
    'developer mode enabled',
    'developer mode output',
    'jailbreak mode',
    'jailbroken mode',
    'stay in character or',
    'stay a dan',
    'never break character, even',
    'freed from the typical confines',
    'broken free of the typical confines',
    'typical confines of ai',
    'without any ethical or moral',
    'no ethical guidelines',
    'no moral or ethical',
    'openai content policy',
    "openai's content polic",
    'anti-dan',
    'unfiltered ai',
    'uncensored ai',
    'amoral ai',
    'evil confidant',
    'opposite day',
    'hypothetical response from an ai',
  ],
  'ignore-instructions': [
    'ignore previous instructions',
    'ignore all previous',
    'ignore the above',
    'disregard the above',
    'disregard all previous',
    'forget everything you',
    'forget all previous',
    'forget everything before',
    'vergiss alle',
    'ignoriere alle',
    'ignore toutes',
    'oublie toutes',
    'ignora todas las',
    'olvida todas',
    'ignora tutte',
    'ignore todas as',
    '忽略之前',
    '忽略以上',
    '忽略上面',
    '无视之前',
    '忘记之前',
  ],
  'reveal-prompt': [
    'your system prompt',
    'your initial prompt',
    'your prompt texts',
    'your original instructions',
    'your hidden instructions',
    'your secret instructions',
    'dein system-prompt',
    'deinen system-prompt',
    'ton prompt système',
    'tu prompt de sistema',
    '系统提示词',
    '你的系统提示',
  ],
}

const phraseScores: Readonly<Record<string, number>> = {
  'template-mark': 0.7,
  jailbreak: 0.8,
  'ignore-instructions': 0.8,
  'reveal-prompt': 0.6,
}

/** Finds attacks by rules. Linear in the text. */
export type RuleFinder = (text: string, tokens: Tokens, concepts: Concepts) => RuleSighting[]

/** Compiles the rules. */
export function createRuleFinder(): RuleFinder {
  const entries = Object.entries(phrases).flatMap(([rule, texts]) =>
    texts.map((text) => ({ rule, text })),
  )
  const automaton = createKeywordAutomaton(entries.map(({ text }) => text))
  const compiled = sequences.map((rule) => ({
    ...rule,
    steps: rule.steps.map((names) => new Set<number>(names.map(conceptNumber))),
  }))
  return (text, tokens, concepts) => {
    const found: RuleSighting[] = []
    automaton.scan(text, (index, start, end) => {
      const rule = entries[index]?.rule ?? ''
      found.push({ rule, start, end, score: phraseScores[rule] ?? 0 })
    })
    for (let at = 0; at < tokens.count; at++) {
      const concept = concepts[at] ?? 0
      if (concept === 0) continue
      for (const { id, steps, gap, score } of compiled) {
        if (steps[0]?.has(concept) !== true) continue
        const last = follow(concepts, at, steps, gap)
        if (last === undefined) continue
        found.push({ rule: id, start: tokens.starts[at] ?? 0, end: tokens.ends[last] ?? 0, score })
      }
    }
    const spelled = findSpelled(tokens)
    if (spelled !== undefined) found.push(spelled)
    return found
  }
}

/** So many single letters in a row are a word that is spelled to hide it. */
const spelledLetters = 8

function findSpelled(tokens: Tokens): RuleSighting | undefined {
  let first = 0
  for (let at = 0; at < tokens.count; at++) {
    const start = tokens.starts[at] ?? 0
    const isLetter = tokens.kinds[at] === tokenKinds.word && (tokens.ends[at] ?? 0) - start === 1
    if (!isLetter) first = at + 1
    else if (at - first + 1 === spelledLetters) {
      return { rule: 'spelled-out', start: tokens.starts[first] ?? 0, end: start + 1, score: 0.6 }
    }
  }
  return undefined
}

/** Goes from step to step, always to the nearest token that fits; returns the last one. */
function follow(
  concepts: Concepts,
  from: number,
  steps: readonly ReadonlySet<number>[],
  gap: number,
): number | undefined {
  let at = from
  for (const step of steps.slice(1)) {
    const limit = Math.min(concepts.length - 1, at + gap + 1)
    let next = at + 1
    while (next <= limit && !step.has(concepts[next] ?? 0)) next++
    if (next > limit) return undefined
    at = next
  }
  return at
}
