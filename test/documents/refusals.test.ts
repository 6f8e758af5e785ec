import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { format } from 'prettier'
import { projectFolder } from '../support/documents.ts'
import { renderRefusals } from '../support/refusals.ts'

describe('docs/refusals.md', () => {
  test('shows what the gateway sends; bun scripts/refusals-reference.ts writes it', async () => {
    const text = await Bun.file(join(projectFolder, 'docs/refusals.md')).text()
    expect(text).toBe(await format(renderRefusals(), { parser: 'markdown' }))
  })

  test('tells no dialect without the code or the words of the block', () => {
    const [, ...dialects] = renderRefusals().split('\n### ')
    expect(dialects.length).toBe(10)
    for (const dialect of dialects) {
      expect(dialect).toMatch(/blocked_by_policy|BLOCKED_BY_POLICY/)
      expect(dialect.split('Ask the deal team')).toHaveLength(3)
    }
  })
})
