import { describe, expect, test } from 'bun:test'
import { builtInLabels } from '../../inspect/built-ins.ts'
import { casesOfPack, factsOfCase, judgeFacts, runCases } from '../cases.ts'
import { compilePolicies } from '../compile.ts'
import { policiesConfigSchema } from '../config.ts'
import { policyPacks } from './index.ts'

const findings = builtInLabels()

describe.each(policyPacks.map(({ id }) => id))('the pack %s', (pack) => {
  const cases = casesOfPack(pack)
  const policies = compilePolicies(policiesConfigSchema.parse([{ pack }]), { findings })

  test('has cases of what it does and of what it leaves alone, each with a name of its own', () => {
    expect(cases.length).toBeGreaterThanOrEqual(3)
    const verdicts = new Set(cases.map(({ expect: { verdict } }) => verdict))
    expect(verdicts.has('allow')).toBe(true)
    expect(verdicts.size).toBeGreaterThan(1)
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })

  test('does what its cases about facts say', async () => {
    const aboutFacts = cases.filter(({ text }) => text === undefined)
    const results = await runCases(aboutFacts, (each) =>
      judgeFacts(policies, factsOfCase(each, findings)),
    )
    expect(
      results.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`)),
    ).toEqual([])
  })
})
