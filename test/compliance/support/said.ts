import * as fc from 'fast-check'
import type { FormatName } from '../../../src/formats/index.ts'
import type { NeutralPart } from '../../../src/formats/neutral.ts'
import { card, foreignCard, foreignMail, iban, mail, person, phone, privateKey } from './rig.ts'

const fragment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Well. ', 'The weather is fine today. ', 'x', '\n\n') },
  {
    weight: 5,
    arbitrary: fc.constantFrom(card, foreignCard, foreignMail, mail, iban, phone, person),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(' <EMAIL_1>', '<PERSON_NAME_1>', '<EMAIL_', '<', '&lt;EMAIL_1&gt;'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '4539\u200b578763621486',
      '5 5 5 5 5 5 5 5 5 5 5 5 4 4 4 4',
      '🙂',
      'ﬀ',
      '\\"',
      ' & ',
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom('No numbers but words. '.repeat(14), 'a'.repeat(300)) },
)
const words = fc
  .array(fragment, { minLength: 1, maxLength: 12 })
  .map((fragments) => fragments.join('; '))
const keyed = fc
  .tuple(words, words)
  .map(([before, after]) => `${before} ${'Well. '.repeat(80)}${privateKey} ${after}`)

/** Answers with values of all kinds in texts and arguments, and how they are cut. */
export const answers = fc.record({
  text: fc.oneof({ weight: 5, arbitrary: words }, { weight: 1, arbitrary: keyed }),
  call: fc.option(
    fc.record({
      to: words,
      card: fc.constantFrom(4539578763621486, 17, 'none'),
      more: fc.array(words, { maxLength: 2 }),
      '<EMAIL_1>': fc.constant(foreignMail),
    }),
    { nil: undefined },
  ),
  deltas: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
  pieces: fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 6 }),
})

/** The parts of such an answer that a format can tell. */
export function partsOf(format: FormatName, text: string, call: object | undefined): NeutralPart[] {
  const said: NeutralPart = { type: 'text', text }
  if (call === undefined || format === 'openai-completions') return [said]
  return [
    said,
    { type: 'tool-call', id: 'call_1', name: 'send_mail', arguments: JSON.stringify(call) },
  ]
}
