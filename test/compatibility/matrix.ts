import { runCell } from './cell.ts'
import type { Rig } from './cell.ts'
import { clients } from './clients/index.ts'
import type { Client } from './clients/index.ts'
import type { Row } from './document.ts'
import { features } from './features.ts'
import { families } from './providers/index.ts'
import { startMatrixRig } from './rig.ts'

/** Runs every feature between one client and all families, plain and streamed. */
export async function runClient(rig: Rig, client: Client): Promise<Row[]> {
  const rows: Row[] = []
  for (const feature of features) {
    for (const family of families) {
      const plain = await runCell(rig, { client, family, stream: false }, feature)
      const streamed = await runCell(rig, { client, family, stream: true }, feature)
      rows.push({ client, feature, family, plain, streamed })
    }
  }
  return rows
}

/** Runs the whole matrix. */
export async function runMatrix(): Promise<Row[]> {
  await using rig = await startMatrixRig()
  const rows: Row[] = []
  for (const client of clients) rows.push(...(await runClient(rig, client)))
  return rows
}

/** What failed, one line each. */
export function failuresIn(rows: readonly Row[]): string[] {
  return rows.flatMap(({ client, feature, family, plain, streamed }) =>
    [
      ['plain', plain],
      ['streamed', streamed],
    ].flatMap(([mode, cell]) =>
      typeof cell === 'object' && cell.verdict === 'FAILED'
        ? [
            `${client.name} → ${family.title}, ${feature.title}, ${mode as string}: ${cell.words.join()}`,
          ]
        : [],
    ),
  )
}
