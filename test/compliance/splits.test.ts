import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { AnswerDecision } from '../../src/core/record.ts'
import { ask, formatNames, understood } from './support/callers.ts'
import { mail, person, privateKey, providersOf, startComplianceRig, traces } from './support/rig.ts'
import type { ComplianceRig } from './support/rig.ts'
import { answers, partsOf } from './support/said.ts'

let rig: ComplianceRig
/** Numbers of calls whose answers were the same, whole and streamed. */
const pairs: (readonly [whole: string, streamed: string])[] = []

beforeAll(async () => {
  rig = await startComplianceRig()
})

afterAll(() => rig[Symbol.asyncDispose]())

/** The values that the caller sent; what else is found in an answer comes from the provider. */
const prompt = `I am ${person}, ${mail}. Which data do you have?`

describe.each(formatNames)('answers in %s', (format) => {
  for (const provider of providersOf[format]) {
    test(`of ${provider} are the same however they are cut`, async () => {
      await fc.assert(
        fc.asyncProperty(answers, async ({ text, call, deltas, pieces }) => {
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
    expect(toldOf(other?.answer)).toEqual(toldOf(one?.answer))
    expect(other?.errorCode).toBe(one?.errorCode)
  }
})

function isSent(trace: string): boolean {
  return prompt.includes(trace)
}

function numberOf(response: Response): string {
  return response.headers.get('x-request-id') ?? ''
}

/** What was decided; a stream that is stopped has not called the tools that the whole answer calls. */
function toldOf(answer: AnswerDecision | undefined) {
  return answer?.verdict === 'block' ? { ...answer, tools: undefined } : answer
}
