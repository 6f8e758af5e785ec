import { describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../support/documents.ts'

const rooms = readdirSync(join(projectFolder, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** What the rows of the table in ARCHITECTURE.md permit, by room. */
async function permittedByDocument(): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await Bun.file(join(projectFolder, 'ARCHITECTURE.md')).text()
  const rows = text.matchAll(/^\| `([a-z0-9]+)\/` +\|.*\| *([^|]*?) *\|$/gm)
  return new Map(Array.from(rows, ([, room = '', list = '']) => [room, list.split(', ')]))
}

/** What the test of imports permits, by room. */
async function permittedByTest(): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await Bun.file(join(projectFolder, 'test/architecture.test.ts')).text()
  const [, table = ''] = /^const allowed[^=]*= \{$(.*?)^\}$/ms.exec(text) ?? []
  const entries = table.matchAll(/^ {2}([a-z0-9]+): (\[[^\]]*\]|'any')/gm)
  return new Map(
    Array.from(entries, ([, room = '', list = '']) => [
      room,
      Array.from(list.matchAll(/'([^']+)'/g), ([, name = '']) => name),
    ]),
  )
}

function sorted(names: readonly string[]): readonly string[] {
  return names.toSorted((a, b) => a.localeCompare(b))
}

describe('the table in ARCHITECTURE.md', () => {
  test('has every room once', async () => {
    expect(sorted([...(await permittedByDocument()).keys()])).toEqual(sorted(rooms))
  })

  test.each(rooms)('says of %s what the test of imports permits', async (room) => {
    const permitted = (await permittedByTest()).get(room) ?? []
    const isThere = (name: string): boolean =>
      rooms.includes(name) || ['any', 'schemas of rooms'].includes(name)
    const expected = permitted.filter(isThere)
    const told = (await permittedByDocument()).get(room) ?? []
    expect(sorted(told)).toEqual(expected.length === 0 ? ['nothing'] : sorted(expected))
  })
})
