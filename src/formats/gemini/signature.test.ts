import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  hasSignedCalls,
  signCallId,
  splitCallId,
  unwrapForeign,
  withoutCallSignatures,
  wrapForeign,
} from './signature.ts'

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/)
const signature = fc.oneof(fc.base64String({ minLength: 4 }), fc.string({ minLength: 1 }))

describe('the signature of a call', () => {
  test('travels in its id, in characters every provider takes, and comes out as it was', () => {
    fc.assert(
      fc.property(id, signature, (plain, proof) => {
        const signed = signCallId(plain, proof)
        expect(signed).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(splitCallId(signed)).toEqual({ id: plain, signature: proof })
        expect(splitCallId(plain)).toEqual({ id: plain })
      }),
    )
  })

  test('is taken out of a whole body, and nothing else is', () => {
    fc.assert(
      fc.property(id, signature, fc.jsonValue(), (plain, proof, value) => {
        const body = (callId: string) =>
          JSON.stringify({ value, tool_calls: [{ id: callId }], tool_call_id: callId })
        const signed = body(signCallId(plain, proof))
        expect(hasSignedCalls(signed)).toBe(true)
        expect(withoutCallSignatures(signed)).toBe(body(plain))
      }),
    )
  })
})

describe('bodies made to be slow', () => {
  test('take no longer than their length: half a million marks without an end', () => {
    const body = `{"a":"${'_gemsig_b'.repeat(500_000)} "}`
    const startedAt = performance.now()
    expect(withoutCallSignatures(body)).toBe(body)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })
})

describe('the signature of another provider', () => {
  test('becomes base64 for clients that decode it, and is found again', () => {
    fc.assert(
      fc.property(fc.constantFrom('signature', 'redacted'), fc.string(), (type, value) => {
        const wrapped = wrapForeign({ type, value })
        expect(Buffer.from(wrapped, 'base64').toString('base64')).toBe(wrapped)
        expect(unwrapForeign(wrapped)).toEqual({ type, value })
      }),
    )
  })

  test('is not mistaken for one of Gemini', () => {
    fc.assert(fc.property(fc.base64String(), (own) => unwrapForeign(own) === undefined))
  })
})
