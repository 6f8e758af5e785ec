import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { renderHeadlines, renderQuality } from '../../measure/support/report.ts'
import { readResults, withHeadlines } from '../../measure/support/results.ts'
import { projectFolder } from '../support/documents.ts'

const results = readResults(join(projectFolder, 'measure/results'))
const textOf = (path: string): Promise<string> => Bun.file(join(projectFolder, path)).text()

describe('what was measured', () => {
  test('is what docs/quality.md says; bun scripts/quality-reference.ts writes it', async () => {
    expect(await textOf('docs/quality.md')).toBe(renderQuality(results))
  })

  test('is what the README says', async () => {
    const readme = await textOf('README.md')
    expect(withHeadlines(readme, renderHeadlines(results))).toBe(readme)
  })

  test('names what is weak and what is not kept', () => {
    const text = renderQuality(
      new Map([
        [
          'pii',
          [
            { subject: 'A', metric: 'recall', value: 0.5, unit: 'ratio' },
            { subject: 'B', metric: 'false alarms', value: 0.3, unit: 'ratio', most: 0.02 },
            { subject: 'C', metric: 'recall', value: 1, unit: 'ratio' },
            { subject: 'C', metric: 'precision', value: 1, unit: 'ratio' },
          ],
        ],
      ]),
    )
    expect(text).toContain('| Identifiers | A       | recall       | 50 %  |')
    expect(text).toContain('30 %, not ≤ 2 %')
    expect(text).toContain('nothing else (1 kinds): C.')
  })
})
