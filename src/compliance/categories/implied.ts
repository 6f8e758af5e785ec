import type { CategoryConfig } from './config.ts'

/** Returns a label and all labels that it implies, directly and through others. */
export function withImplied(label: string, implied: ReadonlyMap<string, readonly string[]>) {
  const labels = new Set([label])
  // A set that grows while it is walked is walked to its end.
  for (const each of labels) for (const next of implied.get(each) ?? []) labels.add(next)
  return [...labels]
}

/** What each label implies directly. */
export function implications(
  config: readonly CategoryConfig[],
): ReadonlyMap<string, readonly string[]> {
  const implied = new Map<string, readonly string[]>()
  for (const { label, implies = [] } of config) {
    implied.set(label, [...(implied.get(label) ?? []), ...implies])
  }
  return implied
}

/** Returns the shortest way on which a label implies itself, from itself to itself; `undefined` where there is none. */
export function cycleOf(
  label: string,
  implied: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const from = new Map<string, string>()
  const queue = [label]
  for (const each of queue) {
    for (const next of implied.get(each) ?? []) {
      if (next === label) return wayTo(each, from, [label])
      if (from.has(next)) continue
      from.set(next, each)
      queue.push(next)
    }
  }
  return undefined
}

function wayTo(
  label: string,
  from: ReadonlyMap<string, string>,
  way: readonly string[],
): readonly string[] {
  const before = from.get(label)
  return before === undefined ? [label, ...way] : wayTo(before, from, [label, ...way])
}
