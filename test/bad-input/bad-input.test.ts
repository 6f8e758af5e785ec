import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { asObject, parseJson } from '../../src/core/json.ts'
import { clients } from '../compatibility/clients/index.ts'
import type { Client } from '../compatibility/clients/index.ts'
import { families } from '../compatibility/providers/index.ts'
import { startMatrixRig } from '../compatibility/rig.ts'
import type { HeardFault } from '../compatibility/vocabulary.ts'
import { badCases, unreadable } from './cases.ts'
import { richRequests } from './requests.ts'

let rig: Awaited<ReturnType<typeof startMatrixRig>>
beforeAll(async () => {
  rig = await startMatrixRig({ limits: ['maxMessages: 4000', 'maxBodyBytes: 1000000'] })
})
afterAll(() => rig[Symbol.asyncDispose]())

interface Refused {
  readonly status: number
  readonly headers: Headers
  readonly fault: HeardFault
}

async function send(client: Client, family: string, text: string): Promise<Refused> {
  const response = await fetch(rig.gateway.url + client.path(family, false), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${rig.gateway.key}`,
      'content-type': 'application/json',
      ...client.headers,
    },
    body: text,
  })
  const body = asObject(parseJson(await response.text())) ?? {}
  return {
    status: response.status,
    headers: response.headers,
    fault: client.readFault(body, response.headers),
  }
}

/** A family whose format is not the client's. */
function foreignTo(client: string): string {
  return client === 'anthropic-messages' || client === 'bedrock-converse' ? 'gemini' : 'anthropic'
}

describe.each(clients)('to a client of $name', (client) => {
  const own = badCases.filter((each) => each.client === client.name)

  test.each(own)('$title: 400 that names $param', async ({ body, param }) => {
    const family = foreignTo(client.name)
    const { status, headers, fault } = await send(
      client,
      family,
      JSON.stringify({ model: family, ...body }),
    )
    expect({ status, ...fault }).toMatchObject({ status: 400, kind: 'invalid', param })
    expect(fault.message).toContain(param)
    expect(headers.get('x-smartflow-error-source')).toBe('client')
    expect(rig.upstream.take()).toEqual([])
  })

  test.each(unreadable)('%s is refused before it is read', async (_, text, expected) => {
    const { status, fault } = await send(client, foreignTo(client.name), text)
    expect(status).toBe(expected)
    expect(fault.message).not.toBe('')
    expect(rig.upstream.take()).toEqual([])
  })

  test('a body larger than is accepted is refused with 413', async () => {
    const body = { ...richRequests[0]?.body, padding: 'x'.repeat(1_100_000) }
    const { status, fault } = await send(client, foreignTo(client.name), JSON.stringify(body))
    expect(status).toBe(413)
    expect(fault.message).toContain('1000000')
  })
})

test('there are cases for every dialect and for what every dialect has', () => {
  expect(clients.every(({ name }) => badCases.some((each) => each.client === name))).toBe(true)
  expect(badCases.length).toBeGreaterThan(100)
  expect(families.length).toBeGreaterThan(7)
})
