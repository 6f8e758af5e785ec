import { describe, expect, test } from 'bun:test'
import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import { askIssuer, requestToken } from './token-request.ts'
import type { TokenRequest } from './token-request.ts'
import { createTokenSource } from './token-source.ts'
import type { IssuedToken } from './token-source.ts'

const forever = new AbortController().signal
const hour = 3_600_000

/** A clock that stands still until it is moved. */
function standingClock() {
  let wallMs = 1_000_000
  let monotonicMs = 0
  const clock: Clock = { now: () => wallMs, monotonic: () => monotonicMs }
  return {
    clock,
    pass: (ms: number) => {
      wallMs += ms
      monotonicMs += ms
    },
    sleep: (ms: number) => void (wallMs += ms),
    setBack: (ms: number) => void (wallMs -= ms),
  }
}

/** An issuer that numbers its tokens and answers when it is told to. */
function manualIssuer() {
  const waiting: { resolve(token: IssuedToken): void; reject(error: unknown): void }[] = []
  let asked = 0
  return {
    issue: () =>
      new Promise<IssuedToken>((resolve, reject) => {
        asked += 1
        waiting.push({ resolve, reject })
      }),
    asked: () => asked,
    async answer(lifetimeMs = hour) {
      waiting.shift()?.resolve({ value: `token ${asked}`, lifetimeMs })
      await Bun.sleep(0)
    },
    async fail(error: unknown) {
      waiting.shift()?.reject(error)
      await Bun.sleep(0)
    },
  }
}

describe('a source of tokens', () => {
  test('asks the issuer once for all who wait, and not again while the token is fresh', async () => {
    const { clock, pass } = standingClock()
    const issuer = manualIssuer()
    const source = createTokenSource(issuer.issue, { clock })
    const waiting = [1, 2, 3].map(() => Promise.resolve(source.token(forever)))
    expect(issuer.asked()).toBe(1)
    await issuer.answer()
    expect(await Promise.all(waiting)).toEqual(['token 1', 'token 1', 'token 1'])
    pass(hour - 300_001)
    expect(source.token(forever)).toBe('token 1')
    expect(issuer.asked()).toBe(1)
  })

  test('renews ahead of the end in the background, by one request at a time', async () => {
    const { clock, pass } = standingClock()
    const issuer = manualIssuer()
    const source = createTokenSource(issuer.issue, { clock })
    const first = source.token(forever)
    await issuer.answer()
    await first
    pass(hour - 300_000)
    expect([source.token(forever), source.token(forever)]).toEqual(['token 1', 'token 1'])
    expect(issuer.asked()).toBe(2)
    await issuer.answer()
    expect(source.token(forever)).toBe('token 2')
  })

  test('keeps a token in use while it is valid when renewing fails, and pauses before the next try', async () => {
    const { clock, pass } = standingClock()
    const issuer = manualIssuer()
    const source = createTokenSource(issuer.issue, { clock })
    const first = source.token(forever)
    await issuer.answer()
    await first
    pass(hour - 200_000)
    expect(source.token(forever)).toBe('token 1')
    await issuer.fail(new Error('down'))
    pass(999)
    expect(source.token(forever)).toBe('token 1')
    expect(issuer.asked()).toBe(2)
    pass(1)
    expect(source.token(forever)).toBe('token 1')
    expect(issuer.asked()).toBe(3)
    pass(200_000)
    const waiting = source.token(forever)
    await issuer.answer()
    expect(await waiting).toBe('token 3')
  })

  test('fails without a valid token, repeats the failure during the pause and then asks again', async () => {
    const { clock, pass } = standingClock()
    const issuer = manualIssuer()
    const source = createTokenSource(issuer.issue, { clock })
    const first = Promise.resolve(source.token(forever)).catch((error: unknown) => error)
    const cause = new Error('no')
    await issuer.fail(cause)
    expect(await first).toMatchObject({ code: 'provider_refused_credentials', cause })
    const second = await Promise.resolve(source.token(forever)).catch((error: unknown) => error)
    expect(second).toBe(await first)
    expect(issuer.asked()).toBe(1)
    pass(1000)
    const third = source.token(forever)
    await issuer.answer()
    expect(await third).toBe('token 2')
  })

  test('leaves with its caller, and the issuer is still heard by those who stay', async () => {
    const issuer = manualIssuer()
    const source = createTokenSource(issuer.issue, { clock: standingClock().clock })
    const leaving = new AbortController()
    const left = Promise.resolve(source.token(leaving.signal)).catch((error: unknown) => error)
    const stayed = source.token(forever)
    leaving.abort(new Error('gone'))
    expect(await left).toMatchObject({ message: 'gone' })
    await issuer.answer()
    expect(await stayed).toBe('token 1')
    expect(issuer.asked()).toBe(1)
  })

  test('counts a sleep of the machine, and is not fooled by a wall clock that is set back', async () => {
    const { clock, pass, sleep, setBack } = standingClock()
    const issuer = manualIssuer()
    const source = createTokenSource(issuer.issue, { clock })
    const first = source.token(forever)
    await issuer.answer()
    await first
    setBack(10 * hour)
    pass(hour)
    const second = source.token(forever)
    await issuer.answer()
    expect(await second).toBe('token 2')
    sleep(hour)
    expect(source.token(forever)).toBeInstanceOf(Promise)
    expect(issuer.asked()).toBe(3)
    await issuer.answer()
  })

  test('renews a short-lived token only in the second half of its life', async () => {
    const { clock, pass } = standingClock()
    const issuer = manualIssuer()
    const source = createTokenSource(issuer.issue, { clock })
    const first = source.token(forever)
    await issuer.answer(60_000)
    await first
    pass(29_999)
    expect(source.token(forever)).toBe('token 1')
    expect(issuer.asked()).toBe(1)
    pass(1)
    expect(source.token(forever)).toBe('token 1')
    expect(issuer.asked()).toBe(2)
    await issuer.answer()
  })

  test('ends a request that takes too long as unreachable', async () => {
    const source = createTokenSource(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
      { clock: standingClock().clock, timeoutMs: 5 },
    )
    const error = await Promise.resolve(source.token(forever)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'provider_unreachable' })
  })
})

describe('a request for a token', () => {
  const request: TokenRequest = {
    url: 'https://issuer.example/token',
    method: 'POST',
    body: { grant_type: 'client_credentials', scope: 'a b&c' },
    signal: forever,
  }
  const answering = (response: Response) => () => Promise.resolve(response)

  test('sends a form and reads token and lifetime, as number or text', async () => {
    const sent: unknown[] = []
    const token = await requestToken((url, { method, headers, body, redirect }) => {
      sent.push({ url, method, type: headers['content-type'], body, redirect })
      return Promise.resolve(Response.json({ access_token: 't', expires_in: '3599' }))
    }, request)
    expect(token).toEqual({ value: 't', lifetimeMs: 3_599_000 })
    expect(sent).toEqual([
      {
        url: 'https://issuer.example/token',
        method: 'POST',
        type: 'application/x-www-form-urlencoded',
        body: 'grant_type=client_credentials&scope=a+b%26c',
        redirect: 'manual',
      },
    ])
  })

  test.each([
    [
      Response.json({ error: 'invalid_grant', error_description: 'key revoked' }, { status: 400 }),
      'provider_refused_credentials',
      'issuer.example answered 400: invalid_grant: key revoked',
    ],
    [new Response('busy', { status: 503 }), 'provider_unreachable', 'issuer.example answered 503'],
    [
      new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } }),
      'provider_refused_credentials',
      'issuer.example answered 302',
    ],
    [
      Response.json({ token: 'x' }),
      'provider_refused_credentials',
      'issuer.example answered with no access_token',
    ],
    [
      Response.json({ access_token: 'x', expires_in: 0 }),
      'provider_refused_credentials',
      'issuer.example answered with a token that has ended',
    ],
    [
      new Response('<html>'),
      'provider_refused_credentials',
      'issuer.example answered with no JSON object',
    ],
    [
      new Response('x'.repeat(300_000)),
      'provider_unreachable',
      'the issuer of tokens sent more than 262144 bytes',
    ],
  ])(
    'explains to operators what an issuer answered instead (%#)',
    async (response, code, cause) => {
      const error = await requestToken(answering(response), request).catch(
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(GatewayError)
      expect(error).toMatchObject({ code, cause: { message: cause } })
    },
  )

  test('tells an issuer that cannot be reached', async () => {
    const cause = new Error('refused')
    const error = await askIssuer(() => Promise.reject(cause), request).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'provider_unreachable', cause })
  })
})
