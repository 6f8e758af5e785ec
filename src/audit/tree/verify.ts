import { isTreeSize } from './compact-range.ts'
import { emptyRoot, hashBytes, isSameHash, nodeHash } from './hash.ts'

/** Longest proof of a tree, in hashes. */
export const maxProofHashes = 64

/** What is claimed when an entry is said to be in a tree. */
export interface InclusionClaim {
  readonly index: number
  readonly size: number
  readonly leafHash: Uint8Array
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/** Tells whether a proof shows that the tree of this root holds the entry at this index (RFC 9162 §2.1.3.2). */
export function verifyInclusion({ index, size, leafHash, proof, root }: InclusionClaim): boolean {
  if (!isTreeSize(index) || !isTreeSize(size) || index >= size) return false
  if (leafHash.length !== hashBytes || !areHashes(proof)) return false
  let at = index
  let last = size - 1
  let hash = leafHash
  for (const sibling of proof) {
    if (last === 0) return false
    if (isOdd(at) || at === last) {
      hash = nodeHash(sibling, hash)
      // At the right edge a subtree may have no sibling on some levels: it stands for itself there.
      while (!isOdd(at) && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0 && isSameHash(hash, root)
}

/** What is claimed when a tree is said to begin with an older one. */
export interface ConsistencyClaim {
  readonly oldSize: number
  readonly newSize: number
  readonly oldRoot: Uint8Array
  readonly newRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/**
 * Tells whether a proof shows that the new tree begins with all of the old one (RFC 9162 §2.1.4.2). Every tree
 * begins with the empty one.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim
  if (!isTreeSize(oldSize) || !isTreeSize(newSize) || oldSize > newSize) return false
  if (newRoot.length !== hashBytes || !areHashes(proof)) return false
  if (newSize === 0 && !isSameHash(newRoot, emptyRoot())) return false
  if (oldSize === newSize) return proof.length === 0 && isSameHash(oldRoot, newRoot)
  if (oldSize === 0) return proof.length === 0 && isSameHash(oldRoot, emptyRoot())
  return verifyGrowth(claim)
}

/** Verifies a proof between trees of which the old one is not empty and smaller. */
function verifyGrowth({ oldSize, newSize, oldRoot, newRoot, proof }: ConsistencyClaim): boolean {
  // A complete old tree is a subtree of the new one, so the proof leaves its root out.
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof
  if (first === undefined) return false
  let at = oldSize - 1
  let last = newSize - 1
  while (isOdd(at)) {
    at = half(at)
    last = half(last)
  }
  let oldHash = first
  let newHash = first
  for (const sibling of rest) {
    if (last === 0) return false
    if (isOdd(at) || at === last) {
      oldHash = nodeHash(sibling, oldHash)
      newHash = nodeHash(sibling, newHash)
      while (!isOdd(at) && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else {
      newHash = nodeHash(newHash, sibling)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0 && isSameHash(oldHash, oldRoot) && isSameHash(newHash, newRoot)
}

function areHashes(proof: readonly Uint8Array[]): boolean {
  return proof.length <= maxProofHashes && proof.every((hash) => hash.length === hashBytes)
}

function isPowerOfTwo(value: number): boolean {
  let odd = value
  while (!isOdd(odd)) odd = half(odd)
  return odd === 1
}

// Sizes go beyond 32 bits, so there are no bit operations here.
function isOdd(value: number): boolean {
  return value % 2 === 1
}

function half(value: number): number {
  return Math.floor(value / 2)
}
