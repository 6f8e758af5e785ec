import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { NeutralPart } from '../../src/formats/neutral.ts'
import { ask, decodedChunks, formatNames, understood } from './support/callers.ts'
import type { Asked } from './support/callers.ts'
import {
  card,
  foreignCard,
  foreignMail,
  iban,
  mail,
  person,
  phone,
  providersOf,
  startComplianceRig,
  traces,
} from './support/rig.ts'
import type { ComplianceRig } from './support/rig.ts'

let rig: ComplianceRig
let plain: ComplianceRig

beforeAll(async () => {
  rig = await startComplianceRig()
  plain = await startComplianceRig({ policies: '' })
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await plain[Symbol.asyncDispose]()
})

const prompt = `Card ${card}, account ${iban}, call ${phone}, mail ${mail}, ask ${person}.`
const treated =
  /^Card <PAYMENT_CARD_1>, account <IBAN:[a-z2-7]{13}>, call \+\*\* \*\* \*{5} \*\*87, mail <EMAIL_1>, ask <PERSON_NAME_1>\.$/
const restored =
  /^You said: Card <PAYMENT_CARD_1>, account <IBAN:[a-z2-7]{13}>, call \+\*\* \*\* \*{5} \*\*87, mail anna\.schmidt@example\.org, ask Margarethe Lindqvist\. (?:Well\. ){60}And <PAYMENT_CARD_2>, <EMAIL_2>\./

/** The prompt that stands somewhere in a body. */
function promptIn(text: string): string {
  return /Card .*?<PERSON_NAME_1>\.|Card .*? ask .*?\./.exec(text)?.[0] ?? ''
}

/** Says the prompt again, values of its own, and calls a tool with all of it. */
function echo(isTold: (type: NeutralPart['type']) => boolean = () => true) {
  return (_body: unknown, text: string): NeutralPart[] => {
    const said = promptIn(text)
    const call = {
      to: '<EMAIL_1>',
      nested: [{ who: 'Dear <PERSON_NAME_1>,', card: foreignCard }],
      note: `"quoted" ${foreignMail}\n`,
      count: 3,
    }
    const parts: NeutralPart[] = [
      {
        type: 'text',
        text: `You said: ${said} ${'Well. '.repeat(60)}And ${foreignCard}, ${foreignMail}. ${'Bye. '.repeat(60)}`,
      },
      { type: 'tool-call', id: 'call_1', name: 'send_mail', arguments: JSON.stringify(call) },
    ]
    return parts.filter(({ type }) => isTold(type))
  }
}

const calledWith = {
  to: mail,
  nested: [{ who: `Dear ${person},`, card: expect.stringMatching(/^<PAYMENT_CARD_\d>$/) }],
  note: expect.stringMatching(/^"quoted" <EMAIL_\d>\n$/),
  count: 3,
}

for (const format of formatNames) {
  const [own, other] = providersOf[format]
  for (const [what, provider] of [
    ['its own', own],
    ['another', other],
  ] as const) {
    describe(`a client of ${format}, with a provider of ${what} format (${provider})`, () => {
      for (const stream of [false, true]) {
        test(`${stream ? 'streamed' : 'whole'}: nothing leaves, and what was hidden comes back`, async () => {
          const asked: Asked = { ...rig.at, model: provider, stream }
          rig.provider.script({
            says: echo((type) => type === 'text' || format !== 'openai-completions'),
            deltas: [3, 17, 1, 40],
          })
          const response = await ask(format, prompt, asked)
          const bytes = await response.bytes()
          const { text, calls } = understood(format, bytes, stream)
          const raw = decodedChunks(Buffer.from(bytes).toString('latin1'))
          for (const trace of ['4539 5787', 'DE89', '23125', '5555 5555', 'someone.else']) {
            expect(raw).not.toContain(trace)
          }
          const sent = rig.provider.seen.at(-1)?.text ?? ''
          expect(promptIn(sent)).toMatch(treated)
          for (const trace of traces) expect(sent).not.toContain(trace)
          expect(text).toMatch(restored)
          expect(text).not.toContain(foreignCard)
          if (format === 'openai-completions') return
          expect(calls).toEqual([{ name: 'send_mail', arguments: calledWith }])
        })
      }

      test('gets the very bytes of a stream in which nothing is found', async () => {
        const said = 'Nothing to see here, only words about nothing. '.repeat(30)
        const says = (): NeutralPart[] => [{ type: 'text', text: said }]
        const bytes: Buffer[] = []
        for (const { provider: upstream, at } of [rig, plain]) {
          upstream.script({ says, deltas: [5, 9, 30] })
          const response = await ask(format, 'Hello', { ...at, model: provider, stream: true })
          bytes.push(Buffer.from(await response.bytes()))
        }
        const [inspected, untouched] = bytes
        if (inspected === undefined || untouched === undefined) throw new Error('no bytes')
        // What a translation writes has ids and times of its own.
        if (what === 'its own' && format !== 'ollama-chat') {
          expect(inspected.toString('latin1')).toBe(untouched.toString('latin1'))
        }
        expect(understood(format, inspected, true)).toEqual(understood(format, untouched, true))
        expect(understood(format, inspected, true).text).toBe(said)
      })
    })
  }
}
