import { expect, test } from 'bun:test'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'
import { asObject, parseJson } from '../../core/json.ts'
import { rules } from '../policy/testing/facts.ts'
import { createCompliance } from './index.ts'
import { toyParts } from './testing/rig.ts'

test('a rule about a model holds under every name of it', async () => {
  const policies = rules({ action: 'block', what: { models: ['gpt'] } })
  const compliance = createCompliance(toyParts(policies), true)
  const verdictOf = async (model: string, name: string): Promise<string> => {
    const text = JSON.stringify({ model, messages: [] })
    const json = asObject(parseJson(text))
    const body = { bytes: Buffer.from(text), contentType: 'application/json', text, json }
    const question = makeQuestion({ call: makeCall(), body, model })
    const { verdict } = await compliance.inspectRequest(question, { name, order: () => [] })
    return verdict
  }
  expect(await verdictOf('gpt', 'gpt')).toBe('block')
  expect(await verdictOf('gpt[1m]', 'gpt')).toBe('block')
  expect(await verdictOf('fast', 'gpt')).toBe('block')
  expect(await verdictOf('gpt', 'other')).toBe('block')
  expect(await verdictOf('other', 'other')).toBe('allow')
})
