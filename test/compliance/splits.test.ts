import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { NeutralPart } from '../../src/formats/neutral.ts'
import type { FormatName } from '../../src/formats/index.ts'
import { ask, formatNames, understood } from './support/callers.ts'
import {
  card,
  foreignCard,
  foreignMail,
  iban,
  mail,
  person,
  phone,
  privateKey,
  providersOf,
  startComplianceRig,
  traces,
} from './support/rig.ts'
import type { ComplianceRig } from './support/rig.ts'

let rig: ComplianceRig
/** Numbers of calls whose answers were the same, whole and streamed. */
const pairs: (readonly [whole: string, streamed: string])[] = []

beforeAll(async () => {
  rig = await startComplianceRig()
})

afterAll(() => rig[Symbol.asyncDispose]())

/** The values that the caller sent; what else is found in an answer comes from the provider. */
const prompt = `I am ${person}, ${mail}. Which data do you have?`

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

const answer = fc.record({
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

function partsOf(format: FormatName, text: string, call: object | undefined): NeutralPart[] {
  const said: NeutralPart = { type: 'text', text }
  if (call === undefined || format === 'openai-completions') return [said]
  return [
    said,
    { type: 'tool-call', id: 'call_1', name: 'send_mail', arguments: JSON.stringify(call) },
  ]
}

describe.each(formatNames)('answers in %s', (format) => {
  for (const provider of providersOf[format]) {
    test(`of ${provider} are the same however they are cut`, async () => {
      await fc.assert(
        fc.asyncProperty(answer, async ({ text, call, deltas, pieces }) => {
          rig.provider.script({ says: () => partsOf(format, text, call), deltas, pieces })
          const asked = { ...rig.at, model: provider }
          const whole = await ask(format, prompt, { ...asked, stream: false })
          const streamed = await ask(format, prompt, { ...asked, stream: true })
          const bytes = [await whole.bytes(), await streamed.bytes()] as const
          pairs.push([numberOf(whole), numberOf(streamed)])
          expect(streamed.status).toBe(200)
          const told = understood(format, bytes[1], true)
          for (const trace of traces) {
            if (isSent(trace)) continue
            expect(JSON.stringify(told)).not.toContain(trace)
          }
          if (text.includes(privateKey)) {
            expect(whole.status).toBe(403)
            return
          }
          expect(whole.status).toBe(200)
          expect(told).toEqual(understood(format, bytes[0], false))
        }),
        { numRuns: 15 },
      )
    })
  }
})

test('verdicts and what was found are the same as well', async () => {
  const records = await rig.gateway.records()
  const outcomes = new Map(
    records.flatMap((each) => (each.type === 'outcome' ? [[each.requestId, each]] : [])),
  )
  expect(pairs.length).toBeGreaterThan(200)
  for (const [whole, streamed] of pairs) {
    const [one, other] = [outcomes.get(whole), outcomes.get(streamed)]
    expect(one?.answer).toBeDefined()
    expect(other?.answer).toEqual(one?.answer)
    expect(other?.errorCode).toBe(one?.errorCode)
  }
})

function isSent(trace: string): boolean {
  return prompt.includes(trace)
}

function numberOf(response: Response): string {
  return response.headers.get('x-request-id') ?? ''
}
