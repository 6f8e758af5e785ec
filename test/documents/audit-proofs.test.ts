import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { asObject, asString } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { checkProof, CompactRange, leafHash, parseVerifierKey } from '../../src/audit/tree/index.ts'
import { blocksOf, projectFolder } from '../support/documents.ts'

const page = 'docs/audit-proofs.md'
const blocks = await blocksOf(page)
const program = blocks.find(({ language }) => language === 'python')?.text ?? ''
const example = blocks.find(({ language }) => language === 'json')?.text ?? ''
const bundle: JsonObject = asObject(JSON.parse(example)) ?? {}
const key = asString(bundle['verifierKey']) ?? ''
const checkpoint = asString(bundle['checkpoint']) ?? ''
const canRun = Bun.which('python3') !== null && Bun.which('openssl') !== null

function runProgram(changes: JsonObject = {}): { readonly code: number; readonly output: string } {
  const { exitCode, stdout } = Bun.spawnSync(['python3', '-c', program], {
    env: { PATH: process.env['PATH'] ?? '', KEY: key, PYTHONUTF8: '1' },
    stdin: Buffer.from(JSON.stringify({ ...bundle, ...changes })),
    stderr: 'ignore',
  })
  return { code: exitCode, output: stdout.toString() }
}

describe(page, () => {
  test('has an example that is proven', () => {
    const verdict = checkProof(example, { trustedKeys: [parseVerifierKey(key)!] })
    expect(verdict.isProven).toBe(true)
    expect(verdict.record).toEqual({ sequence: 2 })
  })

  test('has hashes that are right', async () => {
    const text = await Bun.file(join(projectFolder, page)).text()
    const rows = [...text.matchAll(/^\| `(\{.*\})` \| `([0-9a-f]{64})` \| `([0-9a-f]{64})` \|$/gm)]
    expect(rows).toHaveLength(3)
    const range = new CompactRange()
    for (const [, record = '', leaf, root] of rows) {
      range.append(leafHash(Buffer.from(record)))
      expect(leafHash(Buffer.from(record)).toString('hex')).toBe(leaf ?? '')
      expect(range.root().toString('hex')).toBe(root ?? '')
    }
  })

  test.skipIf(!canRun)(
    `has a checker that believes the example and nothing else${canRun ? '' : ' (needs python3 and openssl)'}`,
    () => {
      expect(runProgram()).toEqual({ code: 0, output: '{"sequence":2}\n' })
      for (const changes of [
        { record: 'eyJzZXF1ZW5jZSI6M30=' },
        { index: 2 },
        { inclusionProof: [] },
        { checkpoint: checkpoint.replace('\n3\n', '\n4\n') },
        { checkpoint: checkpoint.replace('3eLCqL2p', '3eLCqL2q') },
      ]) {
        expect(runProgram(changes).code).not.toBe(0)
      }
    },
  )
})
