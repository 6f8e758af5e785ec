import { describe, expect, test } from 'bun:test'
import {
  builtInLabels,
  compilePolicies,
  factsOfCase,
  judgeFacts,
  runPolicyCases,
} from '../../src/compliance/index.ts'
import { policiesConfigSchema } from '../../src/compliance/policy/config.ts'
import { blocksOf } from '../support/documents.ts'
import { readYaml } from '../support/example.ts'

const blocks = (await blocksOf('docs/policies.md')).filter(({ language }) => language === 'yaml')

describe.each(blocks.map(({ place, text }) => [place, text] as const))(
  'the policies at %s',
  (_, text) => {
    const policies = policiesConfigSchema.parse(readYaml(text)['policies'])
    const findings = builtInLabels()
    const set = compilePolicies(policies, {
      findings,
      openPrefixes: ['custom:', 'dictionary:'],
    })

    test('do what their cases say', async () => {
      const cases = policies.flatMap((policy) => policy.cases)
      expect(cases.length).toBeGreaterThan(1)
      const results = await runPolicyCases(cases, (each) =>
        judgeFacts(set, factsOfCase(each, findings)),
      )
      expect(
        results.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`)),
      ).toEqual([])
    })
  },
)
