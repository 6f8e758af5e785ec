/*
 * The hashes of RFC 6962 §2.1: SHA-256 with one byte before the input, so that no leaf can pass for a node.
 *
 *   leaf   SHA-256(0x00 || data)
 *   node   SHA-256(0x01 || left || right)
 */

/** Bytes of every hash of a tree. */
export const hashBytes = 32

const leafPrefix = 0
const nodePrefix = 1
const maxScratchBytes = 256 * 1024

/** Returns SHA-256 of some bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  const digest = Buffer.alloc(hashBytes)
  Bun.SHA256.hash(bytes, digest)
  return digest
}

/** Returns the root of the tree without entries: SHA-256 of nothing. */
export function emptyRoot(): Buffer {
  return sha256(new Uint8Array(0))
}

/** Returns the hash of an entry. */
export function leafHash(data: Uint8Array): Buffer {
  return createLeafHasher()(data)
}

/** Returns the hash of two neighbouring subtrees. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const input = Buffer.alloc(1 + 2 * hashBytes)
  input[0] = nodePrefix
  input.set(left, 1)
  input.set(right, 1 + hashBytes)
  return sha256(input)
}

/**
 * Makes a hasher of entries that keeps its working memory: for many entries. It writes to `out`, when that
 * is given, and returns it.
 */
export function createLeafHasher(): (data: Uint8Array, out?: Buffer) => Buffer {
  let scratch = Buffer.alloc(4096)
  return (data, out = Buffer.alloc(hashBytes)) => {
    const length = data.length + 1
    if (length > maxScratchBytes) {
      const digest = new Bun.SHA256().update(Buffer.of(leafPrefix)).update(data)
      digest.digest(out)
      return out
    }
    if (length > scratch.length) scratch = Buffer.alloc(Math.min(2 * length, maxScratchBytes))
    scratch[0] = leafPrefix
    scratch.set(data, 1)
    Bun.SHA256.hash(scratch.subarray(0, length), out)
    return out
  }
}

/** Hashes pairs of hashes without allocating anything: the running hash is always the right one. */
export interface NodeHasher {
  /** The running hash: set it to begin, read it at the end, copy it to keep it. */
  readonly running: Buffer
  /** Makes the running hash that of the node above `left` and itself. */
  joinLeft(left: Uint8Array): void
}

/** Makes a hasher of nodes with working memory of its own. */
export function createNodeHasher(): NodeHasher {
  const input = Buffer.alloc(1 + 2 * hashBytes)
  input[0] = nodePrefix
  const running = input.subarray(1 + hashBytes)
  return {
    running,
    joinLeft(left) {
      input.set(left, 1)
      // The digest is written when all of the input was read, so it may replace a part of it.
      Bun.SHA256.hash(input, running)
    },
  }
}

/**
 * Returns the root of a complete subtree whose leaves, or the roots of equally high subtrees below it, stand
 * one behind the other; their number is a power of two.
 */
export function foldHashes(hashes: Uint8Array): Buffer {
  let row = Buffer.from(hashes)
  const hasher = createNodeHasher()
  while (row.length > hashBytes) {
    for (let from = 0, to = 0; from < row.length; from += 2 * hashBytes, to += hashBytes) {
      hasher.running.set(row.subarray(from + hashBytes, from + 2 * hashBytes))
      hasher.joinLeft(row.subarray(from, from + hashBytes))
      row.set(hasher.running, to)
    }
    row = row.subarray(0, row.length / 2)
  }
  return Buffer.from(row)
}

/** Compares two hashes; false when one is not a hash. */
export function isSameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === hashBytes && b.length === hashBytes && Buffer.compare(a, b) === 0
}
