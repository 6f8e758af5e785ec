import type { ProofBundle } from './bundle.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { leafHash } from './hash.ts'
import { parseNote } from './note.ts'
import { proveInclusion } from './prove.ts'
import type { TileReader } from './prove.ts'
import { verifyInclusion } from './verify.ts'

/** What a proof is made of. */
export interface ProofParts {
  readonly tiles: TileReader
  /** The record as it was hashed: canonical JSON. */
  readonly record: Uint8Array
  readonly index: number
  /** The signed checkpoint of a tree that holds the record. */
  readonly checkpoint: string
  /** Key of the log, as text. */
  readonly verifierKey: string
  /** Token over the checkpoint, if there is one. */
  readonly timestamp?: Uint8Array
}

/** The parts of a proof do not fit together. */
export class ProofError extends Error {
  override readonly name = 'ProofError'
}

/**
 * Makes the proof that the log holds a record. Throws `TileError` when a tile is missing, `ProofError` when the
 * proof would not hold: the record, the tiles or the checkpoint were changed. Signatures are not looked at.
 */
export async function createProof(parts: ProofParts): Promise<ProofBundle> {
  const { tiles, record, index, checkpoint, verifierKey, timestamp } = parts
  const note = parseNote(checkpoint)
  const head = note && parseCheckpoint(note.text)
  if (head === undefined) throw new ProofError('the checkpoint is not a signed checkpoint')
  const { size, root } = head
  if (index >= size) {
    throw new ProofError(
      `the checkpoint covers ${size} entries, so entry ${index} is not among them`,
    )
  }
  const proof = await proveInclusion(tiles, { index, size })
  if (!verifyInclusion({ index, size, leafHash: leafHash(record), proof, root })) {
    throw new ProofError(
      `entry ${index}, the tiles and the checkpoint of ${size} entries do not fit`,
    )
  }
  return {
    record,
    index,
    treeSize: size,
    inclusionProof: proof,
    checkpoint,
    verifierKey,
    ...(timestamp && { timestamp }),
  }
}
