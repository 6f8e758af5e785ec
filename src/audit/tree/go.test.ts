import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../testing/temporary.ts'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { CompactRange } from './compact-range.ts'
import { leafHash } from './hash.ts'
import { formatVerifierKey, parseVerifierKey } from './note-keys.ts'
import { formatNote, parseNote } from './note.ts'
import { proveConsistency, proveInclusion } from './prove.ts'
import { createSigner, verifyNote } from './sign.ts'
import { tilesOf } from './testing/reference-tree.ts'
import { verifyConsistency, verifyInclusion } from './verify.ts'

// Where Debian's golang-golang-x-mod-dev puts its sources.
const goPath = '/usr/share/gocode'
const canBuild =
  Bun.which('go') !== null && existsSync(join(goPath, 'src/golang.org/x/mod/sumdb/tlog/tlog.go'))

interface Inclusion {
  readonly Index: number
  readonly Size: number
  readonly Proof: readonly string[] | null
}

interface Growth {
  readonly OldSize: number
  readonly NewSize: number
  readonly Proof: readonly string[] | null
}

/** What the program in test/support/go-tree answers. */
interface GoResult {
  readonly Faults: readonly string[]
  readonly Roots: readonly { readonly Size: number; readonly Root: string }[]
  readonly Inclusions: readonly Inclusion[]
  readonly Growths: readonly Growth[]
  readonly Tiles: Readonly<Record<string, string>>
  readonly NoteText: string
  readonly Signers: readonly string[] | null
  readonly Note: string
  readonly VerifierKey: string
}

const sizes = [1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 512, 1000, 65_536 + 300]
const largest = sizes.at(-1) ?? 0
const records = Array.from({ length: largest }, (_, index) => Buffer.from(`record ${index}`))
const leaves = records.map((record) => leafHash(record))
const roots = sizes.map((size) => {
  const range = new CompactRange()
  for (const leaf of leaves.slice(0, size)) range.append(leaf)
  return { Size: size, Root: range.root().toString('base64') }
})
const origin = 'go.sum database tree'
const signer = createSigner('example.com/log', generateKeyPairSync('ed25519').privateKey, 'ed25519')
const witness = createSigner(
  'witness.example.com',
  generateKeyPairSync('ed25519').privateKey,
  'cosignature-ed25519',
)
const directory = temporaryDirectory()
const program = join(directory.path, 'go-tree')
let inclusions: Inclusion[] = []
let growths: Growth[] = []
let tiles: Record<string, string> = {}

function base64(hashes: readonly Uint8Array[]): string[] {
  return hashes.map((hash) => Buffer.from(hash).toString('base64'))
}

function bytes(hashes: readonly string[] | null): Buffer[] {
  return (hashes ?? []).map((hash) => Buffer.from(hash, 'base64'))
}

function rootOf(size: number): Buffer {
  return Buffer.from(roots.find((each) => each.Size === size)?.Root ?? '', 'base64')
}

/** Proofs of the tree of each size, from tiles of just that tree. */
async function prove(): Promise<void> {
  for (const size of sizes) {
    const store = await tilesOf(leaves.slice(0, size))
    const indexes = new Set(
      [0, 1, Math.floor(size / 2), size - 2, size - 1].filter((at) => at >= 0 && at < size),
    )
    for (const index of indexes) {
      const proof = base64(await proveInclusion(store, { index, size }))
      inclusions.push({ Index: index, Size: size, Proof: proof })
    }
    for (const oldSize of sizes.filter((each) => each <= size)) {
      const proof = base64(await proveConsistency(store, { oldSize, newSize: size }))
      growths.push({ OldSize: oldSize, NewSize: size, Proof: proof })
    }
    if (size !== largest) continue
    tiles = Object.fromEntries(
      Array.from(store.tiles, ([path, data]) => [path, Buffer.from(data).toString('base64')]),
    )
  }
}

function signedNote(): string {
  const text = formatCheckpoint({ origin, size: largest, root: rootOf(largest), extensions: [] })
  return formatNote({ text, signatures: [witness.sign(text, 1_700_000_000), signer.sign(text)] })
}

function askGo(changes: object = {}): GoResult {
  const task = {
    Records: base64(records),
    Roots: roots,
    Inclusions: inclusions,
    Growths: growths,
    Tiles: tiles,
    Note: signedNote(),
    VerifierKeys: [formatVerifierKey(signer.key)],
    SignerName: 'go.example.com/log',
    ...changes,
  }
  const { stdout, stderr, exitCode } = Bun.spawnSync([program], {
    stdin: Buffer.from(JSON.stringify(task)),
    stderr: 'pipe',
  })
  if (exitCode !== 0) throw new Error(stderr.toString())
  return JSON.parse(stdout.toString()) as GoResult
}

beforeAll(async () => {
  if (!canBuild) return
  const source = join(import.meta.dir, '../../../test/support/go-tree/main.go')
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: directory.path,
    GOPATH: goPath,
    GOCACHE: join(directory.path, 'cache'),
    GO111MODULE: 'off',
    CGO_ENABLED: '0',
  }
  const build = Bun.spawnSync(['go', 'build', '-o', program, source], {
    env: environment,
    stderr: 'pipe',
  })
  if (build.exitCode !== 0) throw new Error(build.stderr.toString())
  await prove()
}, 120_000)
afterAll(() => directory[Symbol.dispose]())

const ending = canBuild ? '' : " (needs Go and Debian's golang-golang-x-mod-dev)"

describe.skipIf(!canBuild)(`Go's sumdb${ending}`, () => {
  test('finds no fault with roots, proofs, tiles and the signed checkpoint, and makes the same', () => {
    const result = askGo()
    expect(result.Faults).toEqual([])
    expect(result.Roots).toEqual(roots)
    expect(result.Tiles).toEqual(tiles)
    expect(result.Inclusions.map(({ Proof }) => Proof ?? [])).toEqual(
      inclusions.map(({ Proof }) => Proof ?? []),
    )
    expect(result.Growths.map(({ Proof }) => Proof ?? [])).toEqual(
      growths.map(({ Proof }) => Proof ?? []),
    )
    expect(result.Signers).toEqual(['example.com/log'])
    expect(parseCheckpoint(result.NoteText)?.size).toBe(largest)
  })

  test('makes proofs that verify here', () => {
    const result = askGo()
    for (const { Index: index, Size: size, Proof } of result.Inclusions) {
      const claim = {
        index,
        size,
        leafHash: leaves[index]!,
        proof: bytes(Proof),
        root: rootOf(size),
      }
      expect(verifyInclusion(claim)).toBe(true)
    }
    for (const { OldSize: oldSize, NewSize: newSize, Proof } of result.Growths) {
      const [oldRoot, newRoot] = [rootOf(oldSize), rootOf(newSize)]
      expect(verifyConsistency({ oldSize, newSize, oldRoot, newRoot, proof: bytes(Proof) })).toBe(
        true,
      )
    }
  })

  test('signs a checkpoint that is believed here', () => {
    const result = askGo()
    const key = parseVerifierKey(result.VerifierKey)!
    expect(formatVerifierKey(key)).toBe(result.VerifierKey)
    const note = parseNote(result.Note)!
    expect(verifyNote(note, [key]).verified).toEqual([{ key }])
    expect(parseCheckpoint(note.text)).toEqual({
      origin,
      size: largest,
      root: rootOf(largest),
      extensions: [],
    })
  })

  test('finds what was changed', () => {
    const wrong = Buffer.alloc(32).toString('base64')
    const proof = (inclusions.at(-1)?.Proof ?? []).with(0, wrong)
    const oldProof = (growths.at(-2)?.Proof ?? []).with(0, wrong)
    const result = askGo({
      Roots: roots.with(3, { Size: 7, Root: wrong }),
      Inclusions: [{ ...inclusions.at(-1), Proof: proof }],
      Growths: [{ ...growths.at(-2), Proof: oldProof }],
      Tiles: { ...tiles, 'tile/0/000': Buffer.alloc(8192).toString('base64') },
      Note: signedNote().replace(String(largest), String(largest + 1)),
    })
    expect(result.Faults.map((fault) => fault.split(/ \d|:|\//)[0])).toEqual([
      'root of size',
      'inclusion of',
      'growth from',
      'tile',
      'note',
    ])
  })
})
