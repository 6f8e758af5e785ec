import type { CategorySet } from '../contracts.ts'
import { CategoryError, checkCategories } from './checks.ts'
import { allPlaces, canHold, compileCondition, isEmpty } from './conditions.ts'
import type { Demand, Test, TextPlace } from './conditions.ts'
import type { CategoryConfig } from './config.ts'
import { countFindings, createDemandIndex } from './demands.ts'
import type { KnownLabel } from './demands.ts'
import { implications, withImplied } from './implied.ts'
import { createTopicScores } from './topic-scores.ts'

/** What the derivation of labels needs of the world. */
export interface CategoryDependencies {
  /** Every label that findings can have. */
  readonly labels: Iterable<KnownLabel>
  /** Reads the file of a topic; throws when it cannot. */
  readonly readFile: (path: string) => Uint8Array
}

interface Category {
  readonly test: Test
  /** Its own label and those that it implies. */
  readonly labels: readonly string[]
}

/** What may come out of texts in one place. */
interface Candidates {
  /** Categories that may hold of a text in which nothing was found. */
  readonly spontaneous: readonly Category[]
  /** Categories that ask for findings, by the number of the demand. */
  readonly byDemand: ReadonlyMap<number, readonly Category[]>
  readonly topics: readonly string[]
}

/** Compiles categories. Throws a `CategoryError` that names the place and the cure of everything that is wrong with them. */
export function createCategories(
  config: readonly CategoryConfig[],
  dependencies: CategoryDependencies,
): CategorySet {
  const problems = checkCategories(config, dependencies)
  if (problems.length > 0) throw new CategoryError(problems)
  return compileCategories(config, dependencies)
}

/** Compiles categories that were checked. What can never hold never does. */
export function compileCategories(
  config: readonly CategoryConfig[],
  { labels, readFile }: CategoryDependencies,
): CategorySet {
  const demands: Demand[] = []
  const topics = createTopicScores(readFile)
  const shared = { demands, thresholdOf: (file: string) => topics.thresholdOf(file) }
  const implied = implications(config)
  const categories = config
    .filter((category) => !isEmpty(category))
    .map((category) => ({
      category,
      test: compileCondition(category, shared),
      labels: withImplied(category.label, implied),
    }))
  const byPlace = new Map(
    allPlaces.map((place) => [
      keyOf(place),
      candidatesOf(categories.filter(({ category }) => canHold(category, place))),
    ]),
  )
  const demandsOf = createDemandIndex(demands, labels)
  return {
    labels: [...new Set(config.flatMap(({ label }) => withImplied(label, implied)))].toSorted(),
    needs(label) {
      const scores = demandsOf(label).map((demand) => demands[demand]?.minScore ?? 1)
      return scores.length === 0 ? undefined : { minScore: Math.min(...scores) }
    },
    labelsOf({ view, role, kind, direction, source, findings }) {
      const candidates = byPlace.get(keyOf({ role, kind, direction }))
      if (candidates === undefined) return []
      const counts = countFindings(findings, demands, demandsOf)
      let scores: ReadonlyMap<string, number> | undefined
      const evidence = {
        role,
        kind,
        direction,
        source: source?.toLowerCase(),
        countOf: (demand: number) => counts.get(demand) ?? 0,
        // A text is scored only when everything else holds, and once for all topics.
        scoreOf: (file: string) =>
          (scores ??= topics.scoresOf(view, candidates.topics)).get(file) ?? 0,
      }
      const held = new Set<string>()
      for (const { test, labels } of chosen(candidates, counts.keys())) {
        if (test.holds(evidence)) for (const label of labels) held.add(label)
      }
      return [...held].toSorted()
    },
  }
}

function keyOf({ role, kind, direction }: TextPlace): string {
  return `${role} ${kind} ${direction}`
}

function candidatesOf(categories: readonly Category[]): Candidates | undefined {
  if (categories.length === 0) return undefined
  const byDemand = new Map<number, Category[]>()
  for (const category of categories.filter(({ test }) => test.needsFindings)) {
    for (const demand of category.test.demands) {
      const list = byDemand.get(demand) ?? []
      byDemand.set(demand, [...list, category])
    }
  }
  return {
    spontaneous: categories.filter(({ test }) => !test.needsFindings),
    byDemand,
    topics: [...new Set(categories.flatMap(({ test }) => test.topics))],
  }
}

/** Categories that may hold, knowing which demands for findings were met by any. */
function chosen(candidates: Candidates, met: Iterable<number>): ReadonlySet<Category> {
  const found = new Set(candidates.spontaneous)
  for (const demand of met) {
    for (const category of candidates.byDemand.get(demand) ?? []) found.add(category)
  }
  return found
}
