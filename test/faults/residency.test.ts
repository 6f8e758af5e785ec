import { describe, expect, test } from 'bun:test'
import { newKey, hashKey } from '../../src/identity/index.ts'
import { chat } from '../support/chat-client.ts'
import { startTestGateway } from '../support/gateway.ts'
import { answering, plainAnswer, whole } from '../support/raw-answers.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { expectError, recordsOf } from '../support/routes.ts'

describe('a department whose calls have to stay in the house', () => {
  const refusing = answering(whole(503, '{}'))
  const answer = answering(whole(200, plainAnswer('openai')))

  test('is never sent elsewhere: not by failover, fallback or the wish of a client', async () => {
    await using inside = await startRawProvider(refusing)
    await using outside = await startRawProvider(answer)
    const key = newKey()
    await using gateway = await startTestGateway({
      keys: [
        `{ name: hr, sha256: ${hashKey(key)}, user: hr@example.com, department: hr, models: ["*"] }`,
      ],
      yaml: [
        'providers:',
        `  - { name: inside, type: openai, apiKey: a-key, baseUrl: "${inside.url}/v1", perimeter: on-premises }`,
        `  - { name: outside, type: openai, apiKey: a-key, baseUrl: "${outside.url}/v1", perimeter: public }`,
        'models:',
        '  - name: m',
        '    targets: [{ provider: inside, model: m }, { provider: outside, model: m }]',
        '    fallbacks: [{ models: [spare] }]',
        '  - { name: spare, targets: [{ provider: outside, model: spare }] }',
        'routing: { residency: [{ when: { departments: [hr] }, perimeters: [on-premises] }] }',
      ].join('\n'),
    })
    const human = { url: gateway.url, key }
    const failed = await chat(human, { dialect: 'openai', stream: true })
    expect(failed.status).toBe(503)
    expect(outside.requests).toHaveLength(0)
    const elsewhere = { 'x-smartflow-provider': 'outside' }
    for (const call of [{ headers: elsewhere }, { model: 'spare' }]) {
      const result = await chat(human, { dialect: 'openai', stream: false, ...call })
      expectError(result, 'openai', {
        status: 403,
        code: 'no_admissible_target',
        source: 'gateway',
      })
      expect(result.error?.['message']).toContain('perimeter on-premises')
    }
    expect(outside.requests).toHaveLength(0)
    // Others go where the route takes them.
    expect((await chat(gateway, { dialect: 'openai', stream: false })).status).toBe(200)
    expect(outside.requests).toHaveLength(1)
    const [, outcome] = recordsOf(await gateway.records(), failed.requestId)
    expect(outcome).toMatchObject({ attempts: [{ provider: 'inside', status: 503 }] })
  })
})
