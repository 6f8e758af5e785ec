import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { formatNames, told } from './support/callers.ts'
import { mail, person, privateKey, providersOf, startComplianceRig } from './support/rig.ts'
import type { ComplianceRig } from './support/rig.ts'
import { answers, partsOf } from './support/said.ts'

let rig: ComplianceRig

beforeAll(async () => {
  rig = await startComplianceRig()
})

afterAll(() => rig[Symbol.asyncDispose]())

test.each([1, 2])(
  'pauses change nothing in any format (%p)',
  async (round) => {
    const cases = fc
      .sample(answers, { numRuns: 60 })
      .filter(({ text }) => text.length > 60 && text.length < 700 && !text.includes(privateKey))
      .slice(0, 6)
    // All at once, as pauses take their time: the prompt tells which answer is asked for.
    const numberOf = (text: string): number => Number(/case-(\d+)/.exec(text)?.[1])
    const asks = formatNames.flatMap((format) =>
      cases.map((_, index) => ({ format, index, provider: providersOf[format][round % 2] ?? '' })),
    )
    rig.provider.script({
      says: (_body, text) => {
        const { format, index } = asks[numberOf(text)] ?? asks[0] ?? { format: 'gemini', index: 0 }
        const said = cases[index]
        return partsOf(format, said?.text ?? '', said?.call)
      },
      deltas: [9, 30, 14],
      pause: { after: 3, every: 3 + round, ms: 115 },
    })
    const both = async (index: number) => {
      const { format, provider } = asks[index] ?? { format: 'gemini' as const, provider: '' }
      const prompt = `I am ${person}, ${mail}. This is case-${index}.`
      const asked = { ...rig.at, model: provider }
      const [whole, streamed] = await Promise.all([
        told(format, prompt, { ...asked, stream: false }),
        told(format, prompt, { ...asked, stream: true }),
      ])
      return { format, whole, streamed }
    }
    const results = await Promise.all(asks.map((_, index) => both(index)))
    for (const { format, whole, streamed } of results) {
      expect({ format, ...streamed }).toEqual({ format, ...whole })
    }
  },
  20_000,
)
