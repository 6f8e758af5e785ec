import { describe, expect, test } from 'bun:test'
import { findEndpoint } from './endpoints.ts'
import { readProtocols } from './realtime-protocols.ts'

describe('endpoints of sessions', () => {
  test('name their model in the query, wherever clients look for them', () => {
    const session = { type: 'realtime', model: 'gpt-realtime' } as const
    expect(findEndpoint('/v1/realtime', '?model=gpt-realtime')).toEqual(session)
    expect(findEndpoint('/openai/v1/realtime', '?model=gpt-realtime')).toEqual(session)
    const azure = '?api-version=2025-04-01-preview&deployment=gpt-realtime'
    expect(findEndpoint('/openai/realtime', azure)).toEqual(session)
    expect(findEndpoint('/v1/realtime', '?model=a%2Fb%20c')).toEqual({ ...session, model: 'a/b c' })
  })

  test('name none when they name several or nothing', () => {
    for (const query of ['', '?model=', '?model=a&model=b', '?model=a&deployment=b']) {
      expect(findEndpoint('/v1/realtime', query)).toEqual({ type: 'realtime', model: '' })
    }
  })

  test('refuse what would lead around the gateway', () => {
    for (const path of [
      'client_secrets',
      'sessions',
      'calls',
      'calls/rtc_1/hangup',
      'translations',
    ]) {
      expect(findEndpoint(`/v1/realtime/${path}`, '')?.type).toBe('refused')
    }
    expect(findEndpoint('/v1/realtime', '?call_id=rtc_1&model=a')?.type).toBe('refused')
    expect(findEndpoint('/v1/realtime', '?intent=transcription')?.type).toBe('refused')
    expect(findEndpoint('/v1/realtimes', '')).toBeUndefined()
  })
})

describe('subprotocols', () => {
  const read = (headers: Record<string, string>) => readProtocols(new Headers(headers))

  test('stand for headers and go no further themselves', () => {
    const { headers, answer } = read({
      'sec-websocket-protocol': 'realtime,openai-insecure-api-key.sk-1 , openai-beta.realtime-v1',
    })
    expect(answer).toBe('realtime')
    expect(headers.get('authorization')).toBe('Bearer sk-1')
    expect(headers.get('openai-beta')).toBe('realtime=v1')
    expect(headers.get('sec-websocket-protocol')).toBeNull()
    expect(read({ authorization: 'Bearer sk-1' }).answer).toBe('')
  })

  test('may not contradict a header, and one must be agreed on', () => {
    const protocols = 'realtime, openai-insecure-api-key.sk-1'
    expect(() =>
      read({ 'sec-websocket-protocol': protocols, authorization: 'Bearer sk-2' }),
    ).toThrow('different keys')
    const same = read({ 'sec-websocket-protocol': protocols, authorization: 'Bearer sk-1' })
    expect(same.headers.get('authorization')).toBe('Bearer sk-1')
    expect(() => read({ 'sec-websocket-protocol': 'openai-insecure-api-key.sk-1' })).toThrow(
      'realtime',
    )
  })
})
