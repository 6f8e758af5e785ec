import type { Direction, TextKind, TextRole } from '../../core/facts.ts'
import { matchesAny } from '../../core/patterns.ts'
import type { CategoryCondition } from './config.ts'

/** Where a text stands. */
export interface TextPlace {
  readonly role: TextRole
  readonly kind: TextKind
  readonly direction: Direction
}

/** What is known of one text when conditions are tested. */
export interface Evidence extends TextPlace {
  /** Name of the tool or title of the document, in small letters. */
  readonly source: string | undefined
  /** How many findings were counted for a demand. */
  readonly countOf: (demand: number) => number
  /** Score of the topic of a file, from 0 to 1. */
  readonly scoreOf: (file: string) => number
}

/** Findings that a condition asks for. */
export interface Demand {
  readonly detectors: readonly string[]
  readonly categories: readonly string[]
  readonly minScore: number
}

/** A condition in the form in which it is tested. */
export interface Test {
  readonly holds: (evidence: Evidence) => boolean
  /** Numbers of the demands for findings in it. */
  readonly demands: readonly number[]
  /** Files of the topics in it. */
  readonly topics: readonly string[]
  /** Whether it can only hold where something was found. */
  readonly needsFindings: boolean
}

/** What is shared by the conditions of a configuration while they are compiled. */
export interface Compilation {
  readonly demands: Demand[]
  /** The lowest score at which a topic counts unless a condition says otherwise. */
  readonly thresholdOf: (file: string) => number
}

const roles = ['system', 'user', 'assistant', 'tool', 'document'] as const
const kinds = ['text', 'tool-arguments', 'tool-result', 'document'] as const
const directions = ['request', 'answer'] as const

/** Every place that a text can stand in. */
export const allPlaces: readonly TextPlace[] = roles.flatMap((role) =>
  kinds.flatMap((kind) => directions.map((direction) => ({ role, kind, direction }))),
)

/** Tells whether the members of a condition, without its parts, permit a place. */
export function permits(condition: CategoryCondition, place: TextPlace): boolean {
  const { textRoles, textKinds, direction, tools, documents } = condition
  if (direction !== 'both' && direction !== place.direction) return false
  if (textRoles !== undefined && !textRoles.includes(place.role)) return false
  if (textKinds !== undefined && !textKinds.includes(place.kind)) return false
  if (tools !== undefined && !place.kind.startsWith('tool-')) return false
  return documents === undefined || place.kind === 'document'
}

/** Tells whether a condition can hold of any text in a place. */
export function canHold(condition: CategoryCondition, place: TextPlace): boolean {
  return (
    permits(condition, place) &&
    (condition.anyOf?.some((part) => canHold(part, place)) ?? true) &&
    (condition.allOf?.every((part) => canHold(part, place)) ?? true)
  )
}

/** Tells whether a condition asks for anything at all. */
export function isEmpty(condition: CategoryCondition): boolean {
  const { detectors, categories, tools, documents, topic, textRoles, textKinds } = condition
  const asked = [detectors, categories, tools, documents, topic, textRoles, textKinds]
  return (
    asked.every((member) => member === undefined) &&
    condition.direction === 'both' &&
    condition.anyOf === undefined &&
    condition.allOf === undefined
  )
}

/** Compiles a condition. What costs more is tested later; the order changes no outcome. */
export function compileCondition(condition: CategoryCondition, shared: Compilation): Test {
  const all = (condition.allOf ?? []).map((part) => compileCondition(part, shared))
  const any = (condition.anyOf ?? []).map((part) => compileCondition(part, shared))
  const tests = [sourceTest(condition), findingTest(condition, shared), ...all]
  if (condition.anyOf !== undefined) tests.push(either(any))
  tests.push(topicTest(condition, shared))
  const present = cheapFirst(tests.filter((test) => test !== undefined))
  return {
    holds: (evidence) =>
      permits(condition, evidence) && present.every((test) => test.holds(evidence)),
    demands: present.flatMap(({ demands }) => demands),
    topics: present.flatMap(({ topics }) => topics),
    needsFindings: present.some(({ needsFindings }) => needsFindings),
  }
}

function either(tests: readonly Test[]): Test {
  const ordered = cheapFirst(tests)
  return {
    holds: (evidence) => ordered.some((test) => test.holds(evidence)),
    demands: ordered.flatMap(({ demands }) => demands),
    topics: ordered.flatMap(({ topics }) => topics),
    needsFindings: ordered.every(({ needsFindings }) => needsFindings),
  }
}

function cheapFirst(tests: readonly Test[]): Test[] {
  return tests.toSorted((a, b) => Number(a.topics.length > 0) - Number(b.topics.length > 0))
}

const nothing = { demands: [], topics: [], needsFindings: false } as const

function sourceTest({ tools, documents }: CategoryCondition): Test | undefined {
  // Where both are asked for, no place permits the condition.
  const names = (tools ?? documents)?.map((name) => name.toLowerCase())
  if (names === undefined) return undefined
  return {
    ...nothing,
    holds: ({ source }) => source !== undefined && matchesAny(names, source),
  }
}

function findingTest(
  { detectors, categories, minScore, minCount }: CategoryCondition,
  { demands }: Compilation,
): Test | undefined {
  if (detectors === undefined && categories === undefined) return undefined
  const demand =
    demands.push({ detectors: detectors ?? [], categories: categories ?? [], minScore }) - 1
  return {
    holds: ({ countOf }) => countOf(demand) >= minCount,
    demands: [demand],
    topics: [],
    needsFindings: true,
  }
}

function topicTest({ topic }: CategoryCondition, { thresholdOf }: Compilation): Test | undefined {
  if (topic === undefined) return undefined
  const { file } = topic
  const least = topic.minScore ?? thresholdOf(file)
  return { ...nothing, holds: ({ scoreOf }) => scoreOf(file) >= least, topics: [file] }
}
