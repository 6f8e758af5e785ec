import { expect, test } from 'bun:test'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'
import { asObject, parseJson } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { toyCompliance, toyPolicy } from './testing/rig.ts'

const noTargets = { order: () => [] }

async function sent(body: JsonObject): Promise<string> {
  const compliance = toyCompliance(toyPolicy({ 'us-ssn': 'redact', password: 'redact' }))
  const text = JSON.stringify(body)
  const json = asObject(parseJson(text))
  const bytes = Buffer.from(text)
  const question = makeQuestion({
    call: makeCall(),
    body: { bytes, contentType: 'application/json', text, json },
  })
  const decision = await compliance.inspectRequest(question, noTargets)
  return compliance.redact(question, decision).body.text ?? ''
}

test('what a value of a request is, its member says: as in answers', async () => {
  const calls = (args: string): JsonObject => ({
    messages: [
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: args } }],
      },
    ],
  })
  const args =
    '{"ssn":"078051121","n":[{"ssn":78051121}],"password":"Kx9vQ2mZ7pLw","id":"078051121"}'
  expect(await sent(calls(args))).toContain(
    JSON.stringify(
      '{"ssn":"<US_SSN_1>","n":[{"ssn":78051121}],"password":"<PASSWORD_1>","id":"078051121"}',
    ),
  )
  expect(await sent({ messages: [], metadata: { ssn: '078051121' } })).toContain(
    '"ssn":"<US_SSN_1>"',
  )
  const long = `${'x'.repeat(200)} ssn`
  expect(await sent({ messages: [], metadata: { [long]: ['a', 'b'] } })).toContain(long)
})
