import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { connect } from 'node:net'
import { join } from 'node:path'
import { readAuditLog } from '../../src/audit/index.ts'
import type { StoredRecord } from '../../src/audit/index.ts'
import { askChat, makeConfig, readyUrl, simulatedYaml, startCli } from '../support/cli.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const rounds = 4
const concurrency = 200
const callsBeforeKill = 500

describe('kill -9 during load', () => {
  test('costs no record of a call that was answered', async () => {
    const { path, key, dataDir } = makeConfig(
      simulatedYaml.replace('model: simulated', 'model: "simulated;latency=3"'),
    )
    const answered: string[] = []
    for (let round = 0; round < rounds; round++) {
      await using gateway = startCli(['serve', '--config', path])
      const url = await readyUrl(gateway)
      const before = answered.length
      const over = new AbortController()
      const callers = Array.from({ length: concurrency }, async (_, index) => {
        for (let call = index; !over.signal.aborted; call++) {
          const id = await answeredId(url, key, call % 2 === 0)
          if (id === undefined) return
          answered.push(id)
        }
      })
      const deadline = Date.now() + 8000
      while (answered.length < before + callsBeforeKill && Date.now() < deadline) await Bun.sleep(2)
      gateway.kill('SIGKILL')
      over.abort()
      await Promise.all(callers)
      await gateway.exited
      expect(answered.length).toBeGreaterThan(before)
      expectProofOf(answered, await readLog(dataDir))
    }
    // Opening the log repairs its torn end and adds to it.
    await using gateway = startCli(['serve', '--config', path])
    const id = await answeredId(await readyUrl(gateway), key, false)
    answered.push(id ?? 'none')
    gateway.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
    const records = await readLog(dataDir)
    expectProofOf(answered, records)
    expect(records.map((record) => record.sequence)).toEqual(records.map((_, index) => index + 1))
  }, 60_000)
})

/** Makes a call; returns its id when the whole answer arrived. */
async function answeredId(url: string, key: string, stream: boolean): Promise<string | undefined> {
  try {
    const response = await askChat(url, key, 'simulated', { stream })
    const text = await response.text()
    const isWhole = stream ? text.endsWith('data: [DONE]\n\n') : text.endsWith('}')
    if (response.status !== 200 || !isWhole) throw new Error(`${response.status}: ${text}`)
    return response.headers.get('x-request-id') ?? undefined
  } catch (error) {
    if (error instanceof Error && /^\d/.test(error.message)) throw error
    // The gateway was killed: this call was not answered.
    return undefined
  }
}

function readLog(dataDir: string): Promise<StoredRecord[]> {
  return Array.fromAsync(readAuditLog(join(dataDir, 'audit')))
}

/** Every answered call has one decision and, behind it, one outcome. */
function expectProofOf(answered: readonly string[], records: readonly StoredRecord[]): void {
  const decisions = new Map<string, number[]>()
  const outcomes = new Map<string, number[]>()
  for (const record of records) {
    if (record.type !== 'decision' && record.type !== 'outcome') continue
    const found = record.type === 'decision' ? decisions : outcomes
    found.set(record.requestId, [...(found.get(record.requestId) ?? []), record.sequence])
  }
  const unproven = answered.filter((id) => {
    const [decision, ...moreDecisions] = decisions.get(id) ?? []
    const [outcome, ...moreOutcomes] = outcomes.get(id) ?? []
    if (decision === undefined || outcome === undefined) return true
    return moreDecisions.length + moreOutcomes.length > 0 || outcome < decision
  })
  expect(unproven).toEqual([])
}

describe('many streams at once', () => {
  test('600 are open at the provider together, more than the runtime allows by itself', async () => {
    const wanted = 600
    let open = 0
    let most = 0
    const all = Promise.withResolvers<void>()
    using provider = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      idleTimeout: 60,
      async fetch(request) {
        await request.text()
        open += 1
        most = Math.max(most, open)
        if (open === wanted) all.resolve()
        const body = new ReadableStream<Uint8Array>({
          async start(controller) {
            controller.enqueue(Buffer.from(chunkOf('first')))
            await all.promise
            controller.enqueue(Buffer.from(`${chunkOf('last')}data: [DONE]\n\n`))
            controller.close()
            open -= 1
          },
        })
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      },
    })
    const { path, key } = makeConfig(
      `
providers: [{ name: slow, type: openai, baseUrl: "${provider.url.href}v1", apiKey: any }]
models: [{ name: slow, targets: [{ provider: slow, model: slow }] }]`,
    )
    await using gateway = startCli(['serve', '--config', path])
    const { hostname, port } = new URL(await readyUrl(gateway))
    // Sockets, because this process's own `fetch` has the runtime's limit.
    const answers = Array.from({ length: wanted }, () => streamOver(hostname, Number(port), key))
    const texts = await Promise.all(answers)
    expect(most).toBe(wanted)
    expect(texts.filter((text) => text.includes('last') && text.includes('[DONE]'))).toHaveLength(
      wanted,
    )
  }, 30_000)
})

function chunkOf(content: string): string {
  const choices = [{ index: 0, delta: { content }, finish_reason: null }]
  return `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`
}

/** Asks for a stream over a plain socket and returns everything that came back. */
function streamOver(host: string, port: number, key: string): Promise<string> {
  const body = JSON.stringify({
    model: 'slow',
    stream: true,
    messages: [{ role: 'user', content: 'x' }],
  })
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    `Host: ${host}:${port}`,
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    '',
  ].join('\r\n')
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect({ host, port }, () => socket.write(head + body))
    socket.setTimeout(20_000, () => socket.destroy(new Error(`Nothing came: ${text}`)))
    socket.on('data', (piece) => (text += piece.toString()))
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
}
