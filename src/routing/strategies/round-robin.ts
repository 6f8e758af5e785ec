import type { RoutedTarget } from '../routed-target.ts'
import type { Strategy } from './strategy.ts'

/** Lets the targets that can be asked take turns; after a failure the next in order follows. */
export function roundRobin(): Strategy {
  let turn = 0
  return () => {
    let last: RoutedTarget | undefined
    return {
      choose(candidates) {
        const after = last?.index
        // Turns go by place among those that can be asked, so that a missing one's share is spread evenly.
        last =
          after === undefined
            ? candidates[turn++ % candidates.length]
            : (candidates.find(({ index }) => index > after) ?? candidates[0])
        return last
      },
    }
  }
}
