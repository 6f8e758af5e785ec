import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runPolicyCommand } from '../../src/cli/policy.ts'
import { projectFolder } from '../support/documents.ts'
import { examplesFolder, valueOf, variablesOf } from '../support/example.ts'

// Models and dictionaries are read for each example.
setDefaultTimeout(30_000)

const examples: [string, string][] = []
for (const name of readdirSync(examplesFolder).filter((each) => each.endsWith('.yaml'))) {
  const text = await Bun.file(join(examplesFolder, name)).text()
  if (/^policies:/m.test(text)) examples.push([name, text])
}

test('there are examples with policies', () => expect(examples.length).toBeGreaterThan(2))

describe.each(examples)('the policies of the example %s', (name, text) => {
  test('do what their cases and those of their packs say', async () => {
    let out = ''
    const code = await runPolicyCommand(['test', '--config', join(examplesFolder, name)], {
      stdout: (piece) => void (out += piece),
      stderr: (piece) => void (out += piece),
      environment: Object.fromEntries(variablesOf(text).map((each) => [each, valueOf(each)])),
      cwd: projectFolder,
    })
    expect(out).not.toContain('FAIL')
    expect(out).toMatch(/\d cases: all passed\.\n$/)
    expect(code).toBe(0)
  })
})
