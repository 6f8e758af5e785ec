import { expect, test } from 'bun:test'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { factsOfCase, judgeFacts, readCasesFile, runCases } from './cases.ts'
import { policyCaseSchema } from './cases-schema.ts'
import type { PolicyCase } from './cases-schema.ts'
import { compiled, vocabulary } from './testing/facts.ts'

const set = compiled({
  id: 'cards',
  rules: [
    { id: 'public', action: 'redact', what: { detectors: ['payment-card'] } },
    { id: 'bulk', action: 'hold', what: { detectors: ['payment-card'], minCount: 5 } },
    {
      id: 'deals',
      action: 'block',
      what: { labels: ['deal:*'] },
      who: { not: { roles: ['insider'] } },
    },
    { id: 'watch', action: 'block', what: { categories: ['identity'] }, shadow: true },
    { id: 'house', action: 'route', what: { labels: ['phi'] }, route: { model: 'local' } },
  ],
})

function caseOf(given: object): PolicyCase {
  return policyCaseSchema.parse({ name: 'a case', expect: { verdict: 'allow' }, ...given })
}

/** Faults of a case that is judged by its facts. */
async function faultsOf(given: object): Promise<readonly string[]> {
  const [result] = await runCases([caseOf(given)], (each) =>
    judgeFacts(set, factsOfCase(each, vocabulary.findings)),
  )
  return result?.faults ?? []
}

test('cases that come out as expected pass', async () => {
  const found = [{ label: 'payment-card' }]
  expect(await faultsOf({})).toEqual([])
  expect(
    await faultsOf({
      facts: { found },
      expect: {
        verdict: 'redact',
        rules: ['cards/public'],
        treatments: { 'payment-card': 'redact' },
      },
    }),
  ).toEqual([])
  expect(
    await faultsOf({
      facts: { found: [{ label: 'payment-card', count: 5 }] },
      expect: { verdict: 'hold', notRules: ['cards/deals'] },
    }),
  ).toEqual([])
  const labels = ['deal:falcon']
  expect(await faultsOf({ facts: { labels }, expect: { verdict: 'block' } })).toEqual([])
  expect(await faultsOf({ facts: { labels }, as: { roles: ['insider'] } })).toEqual([])
  const watched = { verdict: 'allow', shadowed: ['cards/watch'], treatments: { 'us-ssn': 'none' } }
  expect(await faultsOf({ facts: { found: [{ label: 'us-ssn' }] }, expect: watched })).toEqual([])
  const routed = { verdict: 'allow', routeTo: 'local' }
  expect(await faultsOf({ facts: { labels: ['phi'] }, expect: routed })).toEqual([])
})

test('cases that come out otherwise say what differs', async () => {
  expect(
    await faultsOf({
      facts: { found: [{ label: 'payment-card' }] },
      expect: {
        verdict: 'block',
        rules: ['cards/bulk'],
        notRules: ['cards/public'],
        shadowed: ['cards/watch'],
        treatments: { 'payment-card': 'mask', iban: 'redact' },
        routeTo: 'local',
      },
    }),
  ).toEqual([
    'expected block, was redact (cards/public)',
    'expected the rule cards/bulk to speak',
    'expected the rule cards/public to be silent',
    'expected the rule cards/watch to watch',
    'expected payment-card: mask, was redact',
    'expected iban: redact, was none',
    'expected the model local, was none',
  ])
})

test('a judge that fails fails its case and not the others', async () => {
  const results = await runCases([caseOf({ name: 'one' }), caseOf({ name: 'two' })], (each) => {
    if (each.name === 'one') throw new Error('no model')
    return judgeFacts(set, factsOfCase(each, []))
  })
  expect(results.map(({ isPassed }) => isPassed)).toEqual([false, true])
  expect(results[0]?.faults).toEqual(['could not be judged: no model'])
})

test('facts of a case are those of a call', () => {
  const facts = factsOfCase(
    caseOf({
      as: { user: 'ben', department: 'sales', key: 'k', address: '192.0.2.1', tier: 'gold' },
      direction: 'answer',
      model: 'gpt',
      target: [{ provider: 'azure', perimeter: 'eu' }, { model: 'qwen' }],
      facts: {
        found: [{ label: 'us-ssn', score: 0.29, count: 2 }],
        labels: ['b', 'a'],
        tools: [{ name: 'search' }],
        attachments: [{ type: 'image' }],
      },
    }),
    vocabulary.findings,
  )
  expect(facts).toMatchObject({
    principal: { id: 'ben', department: 'sales', keyId: 'k', tier: 'gold', groups: [] },
    sourceAddress: '192.0.2.1',
    targets: [
      { provider: 'azure', model: 'gpt', perimeter: 'eu' },
      { provider: 'provider', model: 'qwen' },
    ],
    observations: [{ label: 'us-ssn', category: 'identity', role: 'assistant', scores: [[29, 2]] }],
    labels: ['a', 'b'],
    tools: [{ name: 'search', tier: 'T1', use: 'called' }],
    attachments: [{ type: 'image', count: 1 }],
  })
})

test('a file of cases is read, and what is wrong in it has a place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'smartflow-cases-'))
  const file = async (text: string): Promise<string> => {
    const path = join(folder, `${Bun.hash(text)}.yaml`)
    await writeFile(path, text)
    return path
  }
  const one = '- { name: a, facts: { labels: [phi] }, expect: { verdict: hold } }\n'
  expect(await readCasesFile(await file(one))).toMatchObject([{ name: 'a', model: 'model' }])
  expect(await readCasesFile(await file(`cases:\n  ${one}`))).toHaveLength(1)
  expect(readCasesFile(await file('- { name: a, expect: { verdict: pass } }'))).rejects.toThrow(
    'is not valid at',
  )
  expect(readCasesFile(await file('[: '))).rejects.toThrow('cannot be read')
  expect(readCasesFile(join(folder, 'none.yaml'))).rejects.toThrow('cannot be read')
})
