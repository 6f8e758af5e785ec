import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { format } from 'prettier'
import { projectFolder } from '../support/documents.ts'
import { renderEvents } from '../support/events.ts'

describe('docs/events.md', () => {
  test('shows what becomes of records; bun scripts/events-reference.ts writes it', async () => {
    const text = await Bun.file(join(projectFolder, 'docs/events.md')).text()
    expect(text).toBe(await format(renderEvents(), { parser: 'markdown' }))
  })
})
