import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { complianceConfigSchema } from '../compliance/config.ts'
import { checkCompliance } from './compliance-checks.ts'

function problemsOf(section: unknown): readonly unknown[] {
  return checkCompliance({ compliance: complianceConfigSchema.parse(section) })
}

test('patterns that cannot be matched in linear time are refused with place and cure', () => {
  expect(problemsOf({ patterns: [{ name: 'ok', pattern: 'CASE-\\d{6}' }] })).toEqual([])
  const [problem] = problemsOf({ patterns: [{ name: 'bad', pattern: '(a)\\1' }] })
  expect(problem).toMatchObject({
    path: ['compliance', 'patterns', 0, 'pattern'],
    hint: expect.any(String),
  })
})

test('files that are not there are refused, with what makes them', () => {
  const directory = mkdtempSync(join(tmpdir(), 'compliance-'))
  try {
    const file = join(directory, 'terms.txt')
    writeFileSync(file, 'falcon\n')
    expect(problemsOf({ dictionaries: [{ name: 'deals', file }] })).toEqual([])
    const key = 'k'.repeat(32)
    expect(
      problemsOf({
        dictionaries: [{ name: 'deals', file: `${file}x` }],
        exactData: [{ name: 'clients', file: `${file}.edm`, key }],
      }),
    ).toMatchObject([
      { path: ['compliance', 'dictionaries', 0, 'file'] },
      {
        path: ['compliance', 'exactData', 0, 'file'],
        hint: 'Make it with smartflow exact-data hash.',
      },
    ])
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('names that nothing bears are refused', () => {
  expect(problemsOf({ excludeDetectors: ['iban', 'ibann'] })).toMatchObject([
    { path: ['compliance', 'excludeDetectors', 1] },
  ])
  expect(
    problemsOf({ categories: [{ label: 'deal:falcon', detectors: ['dictionary:none'] }] }),
  ).toMatchObject([{ path: expect.arrayContaining(['compliance', 'categories', 0]) }])
})
