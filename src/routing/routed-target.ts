import type { Target } from '../core/target.ts'
import type { BulkheadLimits } from './bulkhead.ts'
import type { TargetState } from './target-state.ts'

/** A target in its place in a route. */
export interface RoutedTarget {
  readonly target: Target
  readonly state: TargetState
  /** Place among the targets of its route, from 0. */
  readonly index: number
  /** Limits of the attempts at it at once; without limit when absent. */
  readonly limits?: BulkheadLimits | undefined
  /** Name by which rules refer to it, beside that of its provider. */
  readonly name?: string | undefined
  /** Hash of provider and model, the same in every process. */
  readonly hash: number
}

/** Returns the hash by which a target takes part in rendezvous hashing. */
export function targetHash(provider: string, model: string): number {
  return Bun.hash.xxHash32(`${provider}\n${model}`)
}
