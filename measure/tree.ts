import { generateKeyPairSync } from 'node:crypto'
import {
  canonicalBytes,
  CompactRange,
  createLeafHasher,
  createSigner,
  formatCheckpoint,
  formatNote,
  hashBytes,
  leafHash,
  parseNote,
  proveInclusion,
  tilePath,
  TreeAppender,
  verifyInclusion,
  verifyNote,
} from '../src/audit/tree/index.ts'
import type { TileData, TileReader } from '../src/audit/tree/index.ts'
import type { Row } from './support/row.ts'

export const name = 'tree'

const million = 1_000_000
const origin = 'audit.example.com/measured'

/** Measures what proofs cost: hashing, appending, verifying a million records, and checkpoints. */
export async function run(): Promise<Row[]> {
  const values = Array.from({ length: 1_000 }, (_, index) => record(index))
  const records = values.map(canonicalBytes)
  const bytes = records.reduce((sum, { length }) => sum + length, 0) / records.length
  const tiles = new Map<string, Uint8Array>()
  const reader: TileReader = { readTile: (tile) => Promise.resolve(tiles.get(tilePath(tile))) }
  const keep = ({ tile, hashes }: TileData): void => void tiles.set(tilePath(tile), hashes)
  const appended = rate(million, () => append(records, keep))
  const appender = append(records, () => {})
  for (const tile of appender.partialTiles()) keep(tile)
  const root = appender.root()
  return [
    { subject: 'record', metric: 'size', value: bytes, unit: 'count' },
    perSecond(
      'record',
      'canonical JSON',
      rate(100_000, () =>
        repeat(100_000, (at) => {
          canonicalBytes(values[at % values.length] ?? null)
        }),
      ),
    ),
    perSecond(
      'million records',
      'verified',
      rate(million, () => verify(records, root)),
      200_000,
    ),
    perSecond('million records', 'appended, with tiles', appended, 100_000),
    await inclusionCost(reader, records, root),
    ...signatureCosts(root),
  ]
}

/** A record of the size that decisions have. */
function record(index: number) {
  return {
    sequence: index,
    at: 1_700_000_000_000 + index,
    event: 'decision',
    requestId: `req-${index}`,
    principal: {
      id: `user-${index}@example.com`,
      tenant: 'default',
      groups: ['research', 'analysts'],
    },
    model: 'assistant',
    verdict: 'redact',
    findings: [{ label: 'email', category: 'contact', start: 10 + index, end: 40, score: 0.95 }],
    ruleIds: ['gdpr/contact', 'house/log'],
    policyVersion: 'a'.repeat(64),
    timings: { authenticate: 0.02, inspect: 0.31, route: 0.01 },
  }
}

function append(records: readonly Buffer[], onTile: (tile: TileData) => void): TreeAppender {
  const hashOf = createLeafHasher()
  const out = Buffer.alloc(hashBytes)
  const appender = new TreeAppender(onTile)
  repeat(million, (at) => appender.append(hashOf(records[at % records.length] ?? out, out)))
  return appender
}

function verify(records: readonly Buffer[], root: Uint8Array): void {
  const hashOf = createLeafHasher()
  const out = Buffer.alloc(hashBytes)
  const range = new CompactRange()
  repeat(million, (at) => range.append(hashOf(records[at % records.length] ?? out, out)))
  if (!range.root().equals(root)) throw new Error('the tree has another root')
}

async function inclusionCost(
  reader: TileReader,
  records: readonly Buffer[],
  root: Uint8Array,
): Promise<Row> {
  const count = 500
  const start = performance.now()
  for (let round = 0; round < count; round++) {
    const index = (round * 7919) % million
    const leaf = leafHash(records[index % records.length] ?? Buffer.alloc(0))
    const proof = await proveInclusion(reader, { index, size: million })
    if (!verifyInclusion({ index, size: million, leafHash: leaf, proof, root })) {
      throw new Error(`entry ${index} is not proven`)
    }
  }
  const value = ((performance.now() - start) * 1000) / count
  return { subject: 'inclusion in a million', metric: 'proved and verified', value, unit: 'µs' }
}

function signatureCosts(root: Uint8Array): Row[] {
  const text = formatCheckpoint({ origin, size: million, root, extensions: [] })
  const signers = [
    createSigner(origin, generateKeyPairSync('ed25519').privateKey, 'ed25519'),
    createSigner(origin, generateKeyPairSync('ml-dsa-44').privateKey, 'cosignature-ml-dsa-44'),
  ]
  return signers.flatMap((signer) => {
    const note = formatNote({ text, signatures: [signer.sign(text, 1)] })
    const signing = rate(200, () => repeat(200, (at) => signer.sign(text, at)))
    const verifying = rate(200, () =>
      repeat(200, () => {
        const parsed = parseNote(note)
        if (parsed === undefined || verifyNote(parsed, [signer.key]).verified.length !== 1) {
          throw new Error('the note is not believed')
        }
      }),
    )
    const subject = `checkpoint, ${signer.key.type}`
    return [
      { subject, metric: 'signed', value: 1e6 / signing, unit: 'µs' as const },
      { subject, metric: 'verified', value: 1e6 / verifying, unit: 'µs' as const },
    ]
  })
}

function perSecond(subject: string, metric: string, value: number, least?: number): Row {
  return { subject, metric: `${metric}, per second`, value, unit: 'count', ...(least && { least }) }
}

/** How many a second: the best of three rounds. */
function rate(count: number, work: () => void): number {
  let best = 0
  for (let round = 0; round < 3; round++) {
    const start = performance.now()
    work()
    best = Math.max(best, (count * 1000) / (performance.now() - start))
  }
  return best
}

function repeat(count: number, work: (at: number) => void): void {
  for (let at = 0; at < count; at++) work(at)
}
