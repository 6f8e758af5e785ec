import { describe, expect, test } from 'bun:test'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'
import { isStreamed, newReport } from '../../core/call.ts'
import type { Answer, Question } from '../../core/call.ts'
import { GatewayError } from '../../core/errors.ts'
import { asObject, parseJson } from '../../core/json.ts'
import type { CategorySet } from '../contracts.ts'
import { createCompliance } from './index.ts'
import type { InspectionParts } from './index.ts'
import { toyParts, toyPolicy } from './testing/rig.ts'

const content = 'The code word is Falcon, card 4539 5787 6362 1486.'
const noTargets = { order: () => [] }

function fail(): never {
  throw new TypeError(`something is broken about ${content}`)
}

const categories: CategorySet = {
  labels: ['deal'],
  needs: () => undefined,
  labelsOf: () => ['deal'],
}
const open = { isAllowed: true, statements: [], refused: [] }
const barriers = {
  version: 'b',
  needs: () => true,
  check: () => open,
  record: () => undefined,
  enter: () => open,
}
/** Whether what is broken is broken by now. */
let failsNow = false

const parts: InspectionParts = {
  ...toyParts(toyPolicy({ 'payment-card': 'hash' })),
  hash: () => (failsNow ? fail() : '<HASH>'),
  categories,
  barriers,
}

/** Every part of the inspection, broken. */
const broken: Readonly<Record<string, Partial<InspectionParts>>> = {
  reader: { reader: { ...parts.reader, request: fail, answer: fail, openGate: fail } },
  gate: {
    reader: {
      ...parts.reader,
      answer: fail,
      openGate: () => ({
        push: fail,
        idle: fail,
        end: fail,
        decideCall: fail,
        isBlocked: false,
        isHolding: true,
        fault: undefined,
        heldCall: undefined,
      }),
    },
  },
  ending: { reader: { ...parts.reader, answer: fail, openEnding: fail } },
  finders: { finders: { ...parts.finders, find: fail } },
  names: { finders: { ...parts.finders, findNames: fail, findNamesNow: fail } },
  'names, later': {
    finders: {
      ...parts.finders,
      findNames: () => Promise.reject(new Error(content)),
      findNamesNow: fail,
    },
  },
  categories: { categories: { ...categories, labelsOf: fail } },
  policies: { policies: { ...parts.policies, evaluate: fail } },
  treatments: {
    policies: {
      ...parts.policies,
      evaluate: (facts) => ({ ...parts.policies.evaluate(facts), treat: fail }),
    },
  },
  barriers: { barriers: { ...barriers, check: fail, enter: fail } },
  'barriers that cannot remember': { barriers: { ...barriers, enter: fail } },
  writer: {},
}

function ask(words: string, stream: boolean): Question {
  const text = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: words }] })
  const json = asObject(parseJson(text))
  const body = { bytes: Buffer.from(text), contentType: 'application/json', text, json }
  return makeQuestion({ stream, call: makeCall(), body })
}

function answerWith(stream: boolean): Answer {
  async function* frames(): AsyncGenerator<Uint8Array> {
    const delta = { choices: [{ index: 0, delta: { content } }] }
    yield Buffer.from(`data: ${JSON.stringify(delta)}\n\n`)
    yield Buffer.from('data: [DONE]\n\n')
  }
  const message = { role: 'assistant', content }
  return {
    status: 200,
    headers: { 'content-type': stream ? 'text/event-stream' : 'application/json' },
    body: stream ? frames() : JSON.stringify({ choices: [{ index: 0, message }] }),
    provider: 'p',
    model: 'm',
    cache: 'miss',
    warnings: [],
    report: newReport(),
  }
}

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error
  }
}

function expectUnavailable(error: unknown): void {
  expect(error).toBeInstanceOf(GatewayError)
  expect(error).toMatchObject({ code: 'compliance_unavailable' })
  expect(told(error)).not.toContain('Falcon')
}

/** All that a log could tell of an error. */
function told(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.stack} ${told(error.cause)}` : ''
}

describe('what is broken lets nothing pass:', () => {
  test.each(Object.keys(broken).filter((name) => name !== 'gate' && name !== 'ending'))(
    'a request, %s',
    async (name) => {
      const compliance = createCompliance({ ...parts, ...broken[name] }, true)
      const question = ask(content, false)
      failsNow = true
      const error = await errorOf(async () => {
        const decision = await compliance.inspectRequest(question, noTargets)
        compliance.redact(question, decision)
      })
      failsNow = false
      expectUnavailable(error)
    },
  )

  test.each(Object.keys(broken))('a whole answer, %s', async (name) => {
    const question = ask('Hello', false)
    const compliance = createCompliance(failingLater(name), true)
    const decision = await compliance.inspectRequest(question, noTargets)
    const allowed = compliance.redact(question, decision)
    failsNow = true
    const given = async () => compliance.inspectAnswer(allowed, answerWith(false), decision)
    expectUnavailable(await errorOf(given))
    failsNow = false
  })

  test.each(Object.keys(broken))('a streamed answer, %s', async (name) => {
    const question = ask('Hello', true)
    const compliance = createCompliance(failingLater(name), true)
    const decision = await compliance.inspectRequest(question, noTargets)
    const allowed = compliance.redact(question, decision)
    failsNow = true
    let said = ''
    const error = await errorOf(async () => {
      const { body } = await compliance.inspectAnswer(allowed, answerWith(true), decision)
      if (!isStreamed(body)) throw new Error('the answer is no stream')
      for await (const piece of body) said += Buffer.from(piece).toString()
    })
    failsNow = false
    expect(said).not.toContain('Falcon')
    if (error === undefined) expect(said).toContain('compliance_unavailable')
    else expectUnavailable(error)
  })
})

/** Parts that work while the request is looked through, and are broken when the answer comes. */
function failingLater(name: string): InspectionParts {
  const bad = { ...parts, ...broken[name] }
  return new Proxy(parts, {
    get: (_, key: keyof InspectionParts) => (failsNow ? bad : parts)[key],
  })
}
