import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { clients } from './clients/index.ts'
import type { Client } from './clients/index.ts'
import { writeDocument } from './document.ts'
import type { Row } from './document.ts'
import { features } from './features.ts'
import { failuresIn, runClient } from './matrix.ts'
import { families } from './providers/index.ts'
import { startMatrixRig } from './rig.ts'

const document = join(import.meta.dir, '..', '..', 'docs', 'compatibility.md')
const rows: Row[] = []
let rig: Awaited<ReturnType<typeof startMatrixRig>>

beforeAll(async () => {
  rig = await startMatrixRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

describe('every feature, plain and streamed, arrives or is warned about', () => {
  const check = async (client: Client): Promise<void> => {
    const own = await runClient(rig, client)
    rows.push(...own)
    expect(own).toHaveLength(features.length * families.length)
    expect(failuresIn(own)).toEqual([])
  }
  test.each(clients)('for clients of $name', check, 60_000)
})

describe('the matrix', () => {
  test('has six client formats and at least eight families of providers', () => {
    expect(clients).toHaveLength(6)
    expect(families.length).toBeGreaterThanOrEqual(8)
  })

  test('is what docs/compatibility.md says; scripts/compatibility.ts writes it', async () => {
    const text = await writeDocument(rows)
    if (process.env['SMARTFLOW_UPDATE_DOCS'] === '1') await Bun.write(document, text)
    const isCurrent = (await Bun.file(document).text()) === text
    expect(isCurrent ? 'current' : 'stale: run `bun scripts/compatibility.ts`').toBe('current')
  })
})
