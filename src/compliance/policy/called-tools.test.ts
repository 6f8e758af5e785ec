import { expect, test } from 'bun:test'
import { asksForCalls } from './called-tools.ts'
import { policiesOf } from './testing/facts.ts'

const cards = { detectors: ['payment-card'] }

test.each([
  ['names', true, { action: 'block', what: { tools: ['wipe_*'] } }],
  ['tiers', true, { action: 'hold', what: { toolTiers: ['T3'], direction: 'answer' } }],
  ['called tools', true, { action: 'warn', what: { toolUse: ['called'] } }],
  ['tools but some', true, { action: 'block', what: { not: { tools: ['get_*'] } } }],
  ['whatever is held in answers', true, { action: 'hold', what: cards }],
  [
    'what must not be an argument',
    true,
    { action: 'block', what: { ...cards, textKinds: ['tool-arguments'] } },
  ],
  ['offered tools', false, { action: 'block', what: { tools: ['wipe_*'], toolUse: ['offered'] } }],
  [
    'tools of requests',
    false,
    { action: 'hold', what: { toolTiers: ['T3'], direction: 'request' } },
  ],
  ['other content', false, { action: 'redact', what: cards }],
])('a rule about %s holds calls: %p', (_, expected, rule) => {
  const policies = policiesOf({ id: 'p', rules: [{ id: 'r', ...rule }] })
  expect(asksForCalls(policies)).toBe(expected)
})

test('without rules nothing waits', () => {
  expect(asksForCalls([])).toBe(false)
})
