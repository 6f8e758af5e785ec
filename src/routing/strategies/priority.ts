import type { Choice, Strategy } from './strategy.ts'

/** Takes the first target of the configuration that can be asked. */
export function priority(): Strategy {
  const choice: Choice = { choose: (candidates) => candidates[0] }
  return () => choice
}
