import { nearest } from '../core/nearest.ts'
import type { Path } from './problem.ts'
import { formatPath, quoted } from './problem.ts'

/** What a check over the whole configuration found, such as a name that nothing bears. */
export interface CheckProblem {
  readonly path: Path
  readonly message: string
  readonly hint?: string
}

/** A rule that one field alone cannot break. */
export type ConfigCheck<T> = (config: T) => readonly CheckProblem[]

/** A check problem for a name that refers to nothing. */
export function unknownName(
  path: Path,
  kind: string,
  name: string,
  known: Iterable<string>,
): CheckProblem {
  const names = [...new Set(known)]
  const suggestion = nearest(name, names)
  const list = names.slice(0, 20).map(quoted).join(', ')
  const all = list === '' ? `no ${kind} is configured` : `known: ${list}`
  const hint = suggestion === undefined ? all : `did you mean ${quoted(suggestion)}?`
  return { path, message: `unknown ${kind} ${quoted(name)}`, hint }
}

/** Check problems for names that appear more than once in a list of named entries. */
export function duplicateNames(
  path: Path,
  kind: string,
  entries: readonly { readonly name: string }[],
): CheckProblem[] {
  const seen = new Map<string, number>()
  const problems: CheckProblem[] = []
  for (const [index, { name }] of entries.entries()) {
    const first = seen.get(name)
    if (first === undefined) seen.set(name, index)
    else {
      const message = `duplicate ${kind} ${quoted(name)}, first at ${formatPath([...path, first])}`
      problems.push({ path: [...path, index, 'name'], message })
    }
  }
  return problems
}
