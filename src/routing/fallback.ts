import type { FailureClass } from '../core/failure.ts'
import type { Step } from './step.ts'

/** A model that is asked when the one before it failed in a way it may not share. */
export interface Fallback {
  /** Failures it helps against; all when absent. */
  readonly on?: readonly FailureClass[] | undefined
  /** Returns its targets; `undefined` when it is no longer there. */
  readonly step: () => Step | undefined
}
