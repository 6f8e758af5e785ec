import { isObject, parseJson } from '../core/json.ts'
import type { JsonValue } from '../core/json.ts'

/** What an answer holds, as far as it is compared. Never kept longer than the comparison takes. */
export interface ComparedAnswer {
  readonly text: string
  readonly toolCalls: readonly { readonly name: string; readonly arguments: string }[]
  readonly stopReason: string
}

/** How two answers to one question differ, in numbers only: nothing of either can be read from it. */
export interface Comparison {
  /** Length of the shorter text in relation to the longer one, from 0 to 1. */
  readonly lengthRatio: number
  readonly isSameStop: boolean
  /** The same tools were called, in any order. */
  readonly areSameTools: boolean
  /** They were called with the same arguments as well. */
  readonly areSameArguments: boolean
  /** Both texts are JSON, or neither is. */
  readonly isSameJsonness: boolean
  /** Similarity of the texts, from 0 to 1, by the runs of three characters they have in common. */
  readonly similarity: number
}

/** Longest beginning of a text that is compared, so that comparing takes about a millisecond. */
const maxComparedLength = 8192

/** Compares two answers to one question. */
export function compareAnswers(one: ComparedAnswer, other: ComparedAnswer): Comparison {
  const [shorter = 0, longer = 0] = [one.text.length, other.text.length].toSorted((a, b) => a - b)
  const tools = [one, other].map(({ toolCalls }) => toolCalls.map(({ name }) => name).toSorted())
  const uses = [one, other].map(({ toolCalls }) => toolCalls.map(normalUse).toSorted())
  return {
    lengthRatio: longer === 0 ? 1 : shorter / longer,
    isSameStop: one.stopReason === other.stopReason,
    areSameTools: Bun.deepEquals(tools[0], tools[1]),
    areSameArguments: Bun.deepEquals(uses[0], uses[1]),
    isSameJsonness: isJson(one.text) === isJson(other.text),
    similarity: similarityOf(one.text, other.text),
  }
}

/** A call of a tool in one spelling, whatever the order and the white space of its arguments. */
function normalUse(use: ComparedAnswer['toolCalls'][number]): string {
  const value = parseJson(use.arguments)
  return JSON.stringify([use.name, value === undefined ? use.arguments : sorted(value)])
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each ?? null)]))
}

function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text) && parseJson(text) !== undefined
}

/** Dice's coefficient over the sets of trigrams. */
function similarityOf(one: string, other: string): number {
  const [a, b] = [trigramsOf(one), trigramsOf(other)]
  if (a.size === 0 && b.size === 0) return 1
  const [fewer, more] = a.size < b.size ? [a, b] : [b, a]
  let common = 0
  for (const trigram of fewer) if (more.has(trigram)) common += 1
  return (2 * common) / (a.size + b.size)
}

/** The trigrams of a text without its case, its punctuation and its white space. */
function trigramsOf(text: string): Set<string> {
  const words = text
    .slice(0, maxComparedLength)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  const padded = words === '' ? '' : ` ${words} `
  const trigrams = new Set<string>()
  for (let at = 0; at + 3 <= padded.length; at++) trigrams.add(padded.slice(at, at + 3))
  return trigrams
}
