import { expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../support/documents.ts'

const architecture = await Bun.file(join(projectFolder, 'ARCHITECTURE.md')).text()

test('every test that ARCHITECTURE.md calls a guard is there', () => {
  const invariants = architecture.slice(architecture.indexOf('## Invariants'))
  const missing: string[] = []
  for (const line of invariants.split('\n')) {
    let folder = ''
    for (const [, path = ''] of line.matchAll(/`([\w./-]+\.test\.ts)`/g)) {
      // Names without a folder stand in that of the one before.
      const whole = path.includes('/') ? path : `${folder}/${path}`
      folder = whole.slice(0, whole.lastIndexOf('/'))
      if (!existsSync(join(projectFolder, whole))) missing.push(whole)
    }
  }
  expect(missing).toEqual([])
})

test('ARCHITECTURE.md has every inner room of compliance', () => {
  const rooms = readdirSync(join(projectFolder, 'src/compliance'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  expect(rooms.filter((name) => !architecture.includes(`\`${name}/\``))).toEqual([])
})

test('CONTRIBUTING.md names files that are there', async () => {
  const text = await Bun.file(join(projectFolder, 'CONTRIBUTING.md')).text()
  const paths = Array.from(text.matchAll(/`((?:src|scripts|test|docs|measure|bench)\/[\w./-]+)`/g))
  const missing = paths
    .map(([, path = '']) => path)
    .filter((path) => !path.includes('NAME') && !path.includes('COUNTRY'))
    .filter((path) => !existsSync(join(projectFolder, path)))
  expect(paths.length).toBeGreaterThan(10)
  expect(missing).toEqual([])
})

test('decisions have numbers of their own, and say them', async () => {
  const names = readdirSync(join(projectFolder, 'docs/decisions')).filter((name) =>
    /^\d/.test(name),
  )
  const numbers = names.map((name) => Number(name.slice(0, 4)))
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const [index, name] of names.entries()) {
    const text = await Bun.file(join(projectFolder, 'docs/decisions', name)).text()
    expect(text).toStartWith(`# ${numbers[index]}. `)
  }
})
