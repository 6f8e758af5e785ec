/** Number of tags. */
export const tagCount = 8

/** What the sums over paths read and write; rows of eight, one for each token. */
export interface PathSums {
  readonly length: number
  /** e to the power of the score of each tag at each token. */
  readonly emit: Float64Array
  /** e to the power of the score of each step, from tag × to tag. */
  readonly steps: Float64Array
  /** Becomes the likelihood of the tokens up to here, for each tag; each row sums to one. */
  readonly forward: Float64Array
  /** Becomes the likelihood of the tokens behind, for each tag; each row but the last sums to one. */
  readonly backward: Float64Array
}

/** Sums over all paths of tags from both ends; the first token is entered as if from tag 0. */
export function sumPaths({ length, emit, steps, forward, backward }: PathSums): void {
  for (let token = 0; token < length; token += 1) {
    const at = token * tagCount
    for (let tag = 0; tag < tagCount; tag += 1) {
      let reach = token === 0 ? (steps[tag] ?? 0) : 0
      if (token > 0)
        for (let before = 0; before < tagCount; before += 1)
          reach += (forward[at - tagCount + before] ?? 0) * (steps[before * tagCount + tag] ?? 0)
      forward[at + tag] = reach * (emit[at + tag] ?? 0)
    }
    normalize(forward, at, tagCount)
  }
  backward.fill(1, (length - 1) * tagCount, length * tagCount)
  for (let token = length - 2; token >= 0; token -= 1) {
    const at = token * tagCount
    for (let before = 0; before < tagCount; before += 1) {
      let value = 0
      for (let tag = 0; tag < tagCount; tag += 1)
        value +=
          (steps[before * tagCount + tag] ?? 0) *
          (emit[at + tagCount + tag] ?? 0) *
          (backward[at + tagCount + tag] ?? 0)
      backward[at + before] = value
    }
    normalize(backward, at, tagCount)
  }
}

/** Makes `count` cells from `at` on sum to one. */
export function normalize(list: Float64Array | Float32Array, at: number, count: number): void {
  let sum = 0
  for (let place = at; place < at + count; place += 1) sum += list[place] ?? 0
  for (let place = at; place < at + count; place += 1) list[place] = (list[place] ?? 0) / sum
}
