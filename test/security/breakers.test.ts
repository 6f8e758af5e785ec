import { expect, test } from 'bun:test'
import { chat } from '../support/chat-client.ts'
import { startTestGateway } from '../support/gateway.ts'
import { connectRaw, rawChat, rawRequest } from '../support/raw-client.ts'
import { startUpstream } from '../support/upstream.ts'

/** No caller may make a provider look broken to everybody else. */

test('requests that cannot be sent on are refused, and open no breaker', async () => {
  await using upstream = startUpstream()
  await using gateway = await startTestGateway({
    yaml: `
routing: { breaker: { consecutiveFailures: 2 } }
providers:
  - { name: p, type: openai, apiKey: ${upstream.key}, baseUrl: ${upstream.url}/v1 }
models:
  - { name: m, targets: [{ provider: p, model: simulated }] }
`,
  })
  const authorization = `Bearer ${gateway.key}`
  const form = '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n--b--\r\n'
  const requests = [
    rawChat(gateway, { stream: false, headers: { 'openai-beta': 'a\u007fb' } }),
    rawRequest(
      'POST /v1/audio/transcriptions',
      { authorization, 'content-type': 'multipart/form-data; boundary=b; x=\u007f' },
      form,
    ),
    rawRequest('POST /v1/batches/b/cancel', { authorization, 'content-type': 'a/b; x=\u007f' }),
  ]
  for (const request of requests) {
    for (let round = 0; round < 5; round++) {
      using client = await connectRaw(gateway.url)
      client.send(request)
      const answer = await client.until('}')
      expect(answer).toMatch(/^HTTP\/1.1 4(00|04|15) /)
    }
  }
  expect((await chat(gateway, { dialect: 'openai', stream: false })).status).toBe(200)
  expect(upstream.calls).toHaveLength(1)
})
