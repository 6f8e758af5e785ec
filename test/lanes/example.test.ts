import { expect, test } from 'bun:test'
import { startExample } from '../support/example.ts'

const demanding = `Why does this lose entries?\n\`\`\`\n${'if (a[i] <= b[j]) { out.push(a[i++]); }\n'.repeat(12)}\`\`\``

test('two-lanes.yaml answers what is simple on the spot and keeps there what must not leave', async () => {
  await using rig = await startExample('two-lanes.yaml')
  const ask = async (
    content: string,
    headers: Record<string, string> = {},
    model = 'assistant',
  ) => {
    const { data, response } = await rig
      .openai()
      .chat.completions.create({ model, messages: [{ role: 'user', content }] }, { headers })
      .withResponse()
    expect(data.model).toBe(model)
    return [response.headers.get('x-smartflow-provider'), response.headers.get('x-smartflow-lane')]
  }
  const tags = { 'x-smartflow-tags': 'personal-data' }
  expect(await ask('When is noon?')).toEqual(['ollama', 'efficient'])
  expect(await ask(demanding, tags)).toEqual(['ollama', 'efficient'])
  expect(await ask(demanding)).toEqual(['anthropic', 'capable'])
  expect(await ask('When is noon?', { 'x-smartflow-lcr': 'off' })).toEqual(['anthropic', 'capable'])
  const header = { 'x-smartflow-lcr': 'capable' }
  expect(await ask('When is noon?', header, 'support')).toEqual(['ollama', 'efficient'])
  const status: unknown = await (await fetch(`${rig.adminUrl}/api/routing/status`)).json()
  const net = [...JSON.stringify(status).matchAll(/"net_savings_nano_usd":(-?\d+)/g)]
  expect(net.map(([, amount]) => Number(amount) > 0)).toEqual([true, true])
})
