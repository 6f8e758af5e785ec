import { maxTokens } from './block.ts'
import { normalize, sumPaths, tagCount } from './paths.ts'

/** Probability of each tag at each token (token × tag) from scores, at a temperature in the unit of the scores. */
export type Marginals = (length: number, temperature: number) => Float32Array

/** Makes the function that sums over all paths of tags; its result is overwritten by the next call. */
export function createMarginals(scores: Int32Array, transitions: Int32Array): Marginals {
  const emit = new Float64Array(maxTokens * tagCount)
  const forward = new Float64Array(maxTokens * tagCount)
  const backward = new Float64Array(maxTokens * tagCount)
  const steps = new Float64Array(tagCount * tagCount)
  const result = new Float32Array(maxTokens * tagCount)

  return (length, temperature) => {
    for (let cell = 0; cell < steps.length; cell += 1)
      steps[cell] = Math.exp((transitions[cell] ?? 0) / temperature)
    for (let at = 0; at < length * tagCount; at += tagCount) {
      let top = -Infinity
      for (let tag = 0; tag < tagCount; tag += 1) top = Math.max(top, scores[at + tag] ?? 0)
      for (let tag = 0; tag < tagCount; tag += 1)
        emit[at + tag] = Math.exp(((scores[at + tag] ?? 0) - top) / temperature)
    }
    sumPaths({ length, emit, steps, forward, backward })
    for (let at = 0; at < length * tagCount; at += tagCount) {
      for (let tag = 0; tag < tagCount; tag += 1)
        result[at + tag] = (forward[at + tag] ?? 0) * (backward[at + tag] ?? 0)
      normalize(result, at, tagCount)
    }
    return result
  }
}
