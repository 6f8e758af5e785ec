import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { documents, projectFolder } from '../support/documents.ts'

const pages = new Map<string, string>()
for (const path of [...documents(), 'docs/configuration.md', 'docs/compatibility.md']) {
  pages.set(path, await Bun.file(join(projectFolder, path)).text())
}

/** Names of the headings of a page, as links refer to them. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.matchAll(/^#{1,6} (.+)$/gm)
  return new Set(
    Array.from(headings, ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

describe.each([...pages])('the links of %s', (path, text) => {
  test('lead somewhere', () => {
    const missing: string[] = []
    for (const [, target = ''] of text
      .replaceAll(/^```.*?^```/gms, '')
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const to = file === '' ? path : join(dirname(path), file)
      const page = pages.get(to)
      if (!existsSync(join(projectFolder, to))) missing.push(target)
      else if (anchor !== undefined && page !== undefined && !anchorsOf(page).has(anchor)) {
        missing.push(target)
      }
    }
    expect(missing).toEqual([])
  })
})
