import { nearest } from '../../core/nearest.ts'
import { matchesPattern } from '../../core/patterns.ts'
import { decodeTopic } from '../topics/index.ts'
import { allPlaces, canHold, isEmpty, permits } from './conditions.ts'
import type { TextPlace } from './conditions.ts'
import type { CategoryCondition, CategoryConfig } from './config.ts'
import type { KnownLabel } from './demands.ts'
import { cycleOf, implications } from './implied.ts'

/** Something wrong with categories: where, what, and how it is cured. Has the shape of a check of the configuration. */
export interface CategoryProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly hint?: string
}

/** Categories that cannot be used. Its message has a line for each problem: place, what is wrong, and the cure. */
export class CategoryError extends Error {
  override readonly name = 'CategoryError'
  readonly problems: readonly CategoryProblem[]

  constructor(problems: readonly CategoryProblem[]) {
    super(problems.map(lineOf).join('\n'))
    this.problems = problems
  }
}

function lineOf({ path, message, hint }: CategoryProblem): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  return `${place.slice(1)}: ${message}${hint === undefined ? '' : `; ${hint}`}`
}

/** What categories may refer to. */
export interface CategoryWorld {
  /** Every label that findings can have. */
  readonly labels: Iterable<KnownLabel>
  /** Reads the file of a topic; throws when it cannot. Topics are not looked at without it. */
  readonly readFile?: (path: string) => Uint8Array
  /** Where the categories stand in the configuration; `compliance.categories` when left out. */
  readonly place?: readonly (string | number)[]
}

type Path = CategoryProblem['path']

/** Tells what is wrong with categories: names that nothing bears, files, cycles, and what can never hold. */
export function checkCategories(
  config: readonly CategoryConfig[],
  { labels, readFile, place = ['compliance', 'categories'] }: CategoryWorld,
): CategoryProblem[] {
  const known = [...labels]
  const names = {
    detectors: [...new Set(known.map(({ label }) => label))],
    categories: [...new Set(known.map(({ category }) => category))],
  }
  const implied = new Set(config.flatMap(({ implies = [] }) => implies))
  const problems: CategoryProblem[] = [...duplicates(config, place), ...cycles(config, place)]
  for (const [index, category] of config.entries()) {
    const path = [...place, index]
    if (isEmpty(category) && !implied.has(category.label)) {
      problems.push({
        path,
        message: `nothing can ever bear the label '${category.label}'`,
        hint: 'say when: detectors, tools, documents, topic, anyOf or allOf; or let another label imply it',
      })
    }
    problems.push(...unreachable(category, path, allPlaces))
    for (const [condition, at] of conditionsOf(category, path)) {
      if (condition !== category && isEmpty(condition)) {
        const hint = 'say what it asks for, or remove it'
        problems.push({ path: at, message: 'an empty condition holds of every text', hint })
      }
      problems.push(...unknownNames(condition, at, names))
      problems.push(...(readFile === undefined ? [] : badTopic(condition, at, readFile)))
    }
  }
  return problems
}

function duplicates(config: readonly CategoryConfig[], place: Path): CategoryProblem[] {
  const first = new Map<string, number>()
  return config.flatMap(({ label }, index) => {
    const earlier = first.get(label)
    if (earlier === undefined) first.set(label, index)
    return earlier === undefined
      ? []
      : [
          {
            path: [...place, index, 'label'],
            message: `duplicate category '${label}', first at entry ${earlier + 1}`,
            hint: 'put both under one label, with anyOf',
          },
        ]
  })
}

function cycles(config: readonly CategoryConfig[], place: Path): CategoryProblem[] {
  const implied = implications(config)
  const told = new Set<string>()
  return config.flatMap(({ label, implies = [] }, index) => {
    const cycle = cycleOf(label, implied)
    if (cycle === undefined || told.has(label)) return []
    for (const each of cycle) told.add(each)
    const at = implies.indexOf(cycle[1] ?? label)
    return [
      {
        path: [...place, index, 'implies', Math.max(0, at)],
        message: `'${label}' implies itself: ${cycle.join(' → ')}`,
        hint: 'remove one of these implications; labels that always go together may be one label',
      },
    ]
  })
}

/** Every condition of a category with its path, the category itself first. */
function* conditionsOf(
  condition: CategoryCondition,
  path: Path,
): Iterable<readonly [CategoryCondition, Path]> {
  yield [condition, path]
  for (const member of ['anyOf', 'allOf'] as const) {
    for (const [index, part] of (condition[member] ?? []).entries()) {
      yield* conditionsOf(part, [...path, member, index])
    }
  }
}

/** Tells which conditions hold nowhere, among the places that those around them leave. */
function unreachable(
  condition: CategoryCondition,
  path: Path,
  around: readonly TextPlace[],
): CategoryProblem[] {
  const places = around.filter((place) => permits(condition, place))
  if (places.length === 0) {
    const hint =
      condition.tools !== undefined && condition.documents !== undefined
        ? 'a text is from a tool or from a document: put tools and documents under anyOf'
        : 'tools goes with the text kinds tool-arguments and tool-result, documents with document; ' +
          'what stands around a condition restricts it too'
    return [{ path, message: 'no text can ever be like this', hint }]
  }
  const { anyOf = [], allOf = [] } = condition
  const parts = [
    ...anyOf.flatMap((part, at) => unreachable(part, [...path, 'anyOf', at], places)),
    ...allOf.flatMap((part, at) => unreachable(part, [...path, 'allOf', at], places)),
  ]
  const isTogether = places.some((place) => allOf.every((part) => canHold(part, place)))
  if (parts.length > 0 || isTogether) return parts
  return [
    {
      path: [...path, 'allOf'],
      message: 'no single text can be like all of these',
      hint: 'all of them must hold of one text, in one place: use anyOf, or the same textKinds and textRoles',
    },
  ]
}

function unknownNames(
  condition: CategoryCondition,
  path: Path,
  known: Readonly<Record<'detectors' | 'categories', readonly string[]>>,
): CategoryProblem[] {
  return (['detectors', 'categories'] as const).flatMap((member) =>
    (condition[member] ?? []).flatMap((pattern, at) => {
      if (known[member].some((name) => matchesPattern(pattern, name))) return []
      const close = nearest(pattern, known[member])
      const hint =
        close === undefined
          ? `known: ${known[member].slice(0, 20).join(', ')}${known[member].length > 20 ? ', …' : ''}`
          : `did you mean '${close}'?`
      const kind = member === 'detectors' ? 'label' : 'category'
      return [
        { path: [...path, member, at], message: `no finding has the ${kind} '${pattern}'`, hint },
      ]
    }),
  )
}

function badTopic(
  { topic }: CategoryCondition,
  path: Path,
  readFile: (path: string) => Uint8Array,
): CategoryProblem[] {
  if (topic === undefined) return []
  const problem = (reason: string): CategoryProblem => ({
    path: [...path, 'topic', 'file'],
    message: `the topic ${topic.file} ${reason}`,
    hint: 'make one: smartflow categories train --label LABEL --examples FILES --out FILE',
  })
  let bytes: Uint8Array
  try {
    bytes = readFile(topic.file)
  } catch (error) {
    return [problem(reasonOf(error))]
  }
  try {
    decodeTopic(bytes)
    return []
  } catch (error) {
    if (error instanceof RangeError) return [problem(error.message)]
    throw error
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be read'
  return 'code' in error && error.code === 'ENOENT'
    ? 'does not exist'
    : `cannot be read: ${error.message}`
}
