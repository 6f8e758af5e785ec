import { margin, tokenKind } from './block.ts'
import type { TokenBlock } from './block.ts'
import { cueBits, nameBits } from './lexicon.ts'

/** Features of a token at most. */
export const maxFeatures = 60
/** Rows of the table of weights. */
export const featureRows = 2 ** 18
const rowShift = 32 - 18

/** Row of feature number `kind` with this value. */
function row(kind: number, value: number): number {
  let hash = Math.imul(value ^ Math.imul(kind, 0x9e3779b1), 0x85ebca77)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae3d)
  return hash >>> rowShift
}

/** Two values as one. */
function pair(left: number, right: number): number {
  return Math.imul(left, 0x27d4eb2f) ^ Math.imul(right + 0x165667b1, 0x9e3779b1)
}

/**
 * Writes the rows of the features of the token at `place` into `rows` and returns how many there are. Training
 * and tagging both go through here: any change asks for new weights.
 */
export function readFeatures(block: TokenBlock, place: number, rows: Int32Array): number {
  const count = readSurroundings(block, place, rows)
  return block.kind[place] === tokenKind.word ? readWord(block, place, rows, count) : count
}

/** Features that every token has: itself, its neighbours, its shape, and where it stands. */
function readSurroundings(block: TokenBlock, place: number, rows: Int32Array): number {
  const { word, shape, cluster, group, bits } = block
  const [w0, w1, w2] = [word[place] ?? 0, word[place + 1] ?? 0, word[place + 2] ?? 0]
  const [b1, b2] = [word[place - 1] ?? 0, word[place - 2] ?? 0]
  const [s0, s1, sb] = [shape[place] ?? 0, shape[place + 1] ?? 0, shape[place - 1] ?? 0]
  const [x1, xb] = [bits[place + 1] ?? 0, bits[place - 1] ?? 0]
  const flag = block.flags[place] ?? 0
  const shaped = pair(s0, block.casing)
  let count = 0
  rows[count++] = row(0, 0)
  rows[count++] = row(1, w0)
  rows[count++] = row(2, b1)
  rows[count++] = row(3, w1)
  rows[count++] = row(4, b2)
  rows[count++] = row(5, w2)
  rows[count++] = row(6, pair(b1, w0))
  rows[count++] = row(7, pair(w0, w1))
  rows[count++] = row(8, pair(b2, b1))
  rows[count++] = row(9, pair(w1, w2))
  rows[count++] = row(10, pair(b1, w1))
  rows[count++] = row(11, shaped)
  rows[count++] = row(12, sb)
  rows[count++] = row(13, s1)
  rows[count++] = row(14, pair(sb, s0))
  rows[count++] = row(15, pair(s0, s1))
  rows[count++] = row(16, pair(pair(sb, s0), s1))
  rows[count++] = row(17, pair(shaped, flag))
  rows[count++] = row(18, cluster[place - 1] ?? 0)
  rows[count++] = row(19, cluster[place + 1] ?? 0)
  rows[count++] = row(20, cluster[place - 2] ?? 0)
  rows[count++] = row(21, cluster[place + 2] ?? 0)
  rows[count++] = row(22, pair(group[place - 1] ?? 0, group[place + 1] ?? 0))
  rows[count++] = row(23, pair(xb & cueBits, s0))
  rows[count++] = row(24, pair(x1 & cueBits, s0))
  rows[count++] = row(25, pair(xb & nameBits, nameAfter(x1, s1)))
  rows[count++] = row(26, pair(block.head[place] ?? 0, block.column[place] ?? 0))
  const key = block.key[place] ?? 0
  if (key !== 0) {
    rows[count++] = row(56, pair(key, s0))
    rows[count++] = row(57, pair(key, (bits[place] ?? 0) & nameBits))
    rows[count++] = row(58, key)
  }
  if ((flag & 3) === 0) return count
  const glued = pair((flag & 1) === 0 ? 0 : b1, (flag & 2) === 0 ? 0 : w1)
  rows[count++] = row(27, glued)
  rows[count++] = row(28, pair(glued, s0))
  return count
}

function nameAfter(bits: number, shape: number): number {
  return (bits & nameBits) | ((shape & 7) === 0 ? 0 : 1024)
}

/** Features of words: beginnings and ends, what the lexicon knows, and how technical the text is. */
function readWord(block: TokenBlock, place: number, rows: Int32Array, from: number): number {
  const { cluster, group, bits } = block
  const [c0, c1, cb] = [cluster[place] ?? 0, cluster[place + 1] ?? 0, cluster[place - 1] ?? 0]
  const [g0, gb] = [group[place] ?? 0, group[place - 1] ?? 0]
  const [s0, s1] = [block.shape[place] ?? 0, block.shape[place + 1] ?? 0]
  const n0 = (bits[place] ?? 0) & nameBits
  const shaped = pair(s0, block.casing)
  let count = from
  rows[count++] = row(30, block.prefix2[place] ?? 0)
  rows[count++] = row(31, block.prefix3[place] ?? 0)
  rows[count++] = row(32, block.prefix4[place] ?? 0)
  rows[count++] = row(33, block.suffix2[place] ?? 0)
  rows[count++] = row(34, block.suffix3[place] ?? 0)
  rows[count++] = row(35, block.suffix4[place] ?? 0)
  rows[count++] = row(36, block.suffix3[place - 1] ?? 0)
  rows[count++] = row(37, block.suffix3[place + 1] ?? 0)
  rows[count++] = row(38, c0)
  rows[count++] = row(39, g0)
  rows[count++] = row(40, n0)
  rows[count++] = row(41, pair(n0, shaped))
  rows[count++] = row(42, pair((bits[place - 1] ?? 0) & nameBits, n0))
  rows[count++] = row(43, pair(n0, nameAfter(bits[place + 1] ?? 0, s1)))
  rows[count++] = row(44, pair(block.rank[place] ?? 0, shaped))
  rows[count++] = row(45, pair(cb, n0))
  rows[count++] = row(46, pair(n0, c1))
  rows[count++] = row(47, pair((bits[place] ?? 0) & cueBits, s0))
  rows[count++] = row(48, pair(gb, g0))
  rows[count++] = row(49, pair(cb, s0))
  rows[count++] = row(50, pair(s0, c1))
  rows[count++] = row(51, pair(pair(group[place - 2] ?? 0, gb), looks(s0)))
  rows[count++] = row(52, pair(pair(block.word[place - 1] ?? 0, looks(s0)), n0 & 15))
  rows[count++] = row(53, pair(pair(block.word[place + 1] ?? 0, looks(s0)), n0 & 15))
  rows[count++] = row(54, pair(block.topic, n0))
  rows[count++] = row(55, pair(block.topic, looks(shaped)))
  return count
}

/** Shape without the length. */
function looks(shape: number): number {
  return shape >> 3
}

/** Place of the first token of a block. */
export const firstPlace = margin
