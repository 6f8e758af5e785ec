import { expect, test } from 'bun:test'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'
import type { PolicySet } from '../contracts.ts'
import { createCompliance } from './index.ts'
import type { HeldAction } from './index.ts'
import { toyParts, toyPolicy } from './testing/rig.ts'

const holding: PolicySet = {
  ...toyPolicy({}),
  evaluate: () => ({
    verdict: 'hold',
    spoken: [{ ruleId: 'toy/hold', action: 'hold', words: 'Ask first.' }],
    shadowed: [],
    sharing: 'none',
    treat: () => undefined,
  }),
}

test('an approval is for one address and method, also where there is no body', async () => {
  const asked: HeldAction[] = []
  const parts = toyParts(holding)
  const compliance = createCompliance(
    {
      ...parts,
      holds: {
        ask(action) {
          asked.push(action)
          return Promise.resolve({ state: 'waiting', holdId: 'hold-1' })
        },
      },
    },
    true,
  )
  const body = { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined }
  for (const [method, path] of [
    ['GET', '/files/file-1/content'],
    ['GET', '/files/file-2/content'],
    ['DELETE', '/files/file-1/content'],
  ] as const) {
    const call = makeCall({ operation: 'files', method, path })
    await compliance.inspectRequest(makeQuestion({ call, body, model: '' }), { order: () => [] })
  }
  expect(new Set(asked.map(({ content }) => content)).size).toBe(3)
})
