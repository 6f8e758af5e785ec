import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { asObject, isObject, parseJson } from '../../src/core/json.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { clients } from '../compatibility/clients/index.ts'
import { families } from '../compatibility/providers/index.ts'
import { startMatrixRig } from '../compatibility/rig.ts'
import { changed, pathsIn, richRequests } from './requests.ts'
import { badValue } from './values.ts'

let rig: Awaited<ReturnType<typeof startMatrixRig>>
beforeAll(async () => {
  rig = await startMatrixRig()
  rig.upstream.script = { say: { text: 'Hello.', stop: 'end', usage: { input: 9, output: 3 } } }
})
afterAll(() => rig[Symbol.asyncDispose]())

/** Longest that any answer may take; without a fault it is a few milliseconds. */
const patienceMs = 5000

describe.each(richRequests)('a client of $client that sends anything', ({ client: name, body }) => {
  const paths = pathsIn(body).slice(1)
  const mutation = fc.tuple(fc.constantFrom(...paths), badValue)

  test('is answered, or refused in its dialect, and never with an error of the gateway', async () => {
    const statuses = new Set<number>()
    await fc.assert(
      fc.asyncProperty(
        fc.array(mutation, { minLength: 1, maxLength: 2 }),
        fc.constantFrom(...families),
        fc.boolean(),
        async (mutations, family, stream) => {
          const bad = mutations.reduce<JsonValue>(
            (value, [path, make]) => changed(value, path, make),
            body,
          )
          const members = isObject(bad) ? bad : {}
          const isNamed = name !== 'gemini' && name !== 'bedrock-converse'
          const wire = isNamed ? { ...members, model: family.name, stream } : members
          statuses.add(await send({ client: name, family: family.name, stream }, wire))
        },
      ),
      { numRuns: 150 },
    )
    expect(statuses).toContain(200)
    expect(statuses).toContain(400)
  }, 60_000)
})

test('the gateway is well after all of that', async () => {
  const health = await fetch(`${rig.gateway.url}/health`)
  expect(health.status).toBe(200)
})

async function send(
  asked: { readonly client: string; readonly family: string; readonly stream: boolean },
  wire: JsonValue,
): Promise<number> {
  const client = clients.find((each) => each.name === asked.client)
  if (client === undefined) throw new Error('no such client')
  const response = await fetch(rig.gateway.url + client.path(asked.family, asked.stream), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${rig.gateway.key}`,
      'content-type': 'application/json',
      ...client.headers,
    },
    body: JSON.stringify(wire),
    signal: AbortSignal.timeout(patienceMs),
  })
  const text = await response.text()
  const arrivals = rig.upstream.take()
  if (response.status === 200) return 200
  expect([response.status, text.slice(0, 300)]).toEqual([expectedOf(response), text.slice(0, 300)])
  const fault = client.readFault(asObject(parseJson(text)) ?? {}, response.headers)
  expect(fault.message).not.toBe('')
  // What the gateway itself refuses it refuses with a path.
  if (arrivals.length === 0) expect(fault.param ?? '').not.toBe('')
  return response.status
}

/** 400 for everything but a body that is too large; Mistral calls what it cannot read 422. */
function expectedOf({ status }: Response): number {
  return status === 413 || status === 422 ? status : 400
}
