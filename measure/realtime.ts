import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openOffline } from '../src/cli/offline.ts'
import type { Maestro } from '../src/maestro.ts'
import { inspectionNotConfigured, policyPacks } from '../src/compliance/index.ts'
import { configSchema, createConfigLoader } from '../src/config/index.ts'
import { newReport } from '../src/core/call.ts'
import type { Answer, Question } from '../src/core/call.ts'
import type { Channel } from '../src/core/channel.ts'
import type { SessionInspector } from '../src/core/session.ts'
import { openAiRealtime } from '../src/formats/index.ts'
import { createClientGate, createProviderGate, newTally } from '../src/pipeline/realtime-gates.ts'
import type { GateContext } from '../src/pipeline/realtime-gates.ts'
import { prose } from './support/prose.ts'
import type { Row } from './support/row.ts'

export const name = 'realtime'

/** Measures what the inspection of a realtime session costs with every ready pack and names looked for. */
export async function run(): Promise<Row[]> {
  const dir = join(tmpdir(), 'smartflow-measure')
  const yaml = `
data: { dir: ${JSON.stringify(dir)} }
providers: [{ name: p, type: simulated }]
models: [{ name: m, targets: [{ provider: p, model: m }] }]
policies: ${JSON.stringify([...policyPacks.map(({ id }) => ({ pack: id })), names])}
`
  const loader = createConfigLoader(configSchema, { environment: {} })
  const { config } = await loader.parse(yaml, join(dir, 'smartflow.yaml'))
  const maestro = openOffline(config)
  try {
    return await costs(maestro)
  } finally {
    await maestro[Symbol.asyncDispose]()
  }
}

async function costs({ stage, inspection }: Maestro): Promise<Row[]> {
  const question = { ...asked, call: { ...asked.call } }
  await stage.inspectRequest(question, { name: 'm', order: () => [] })
  const open = (): SessionInspector => inspection.open(question, answer)
  const rows: Row[] = []
  for (const length of [5, 20]) {
    const deltas = deltasOf(length)
    const without = answerCost(() => inspectionNotConfigured.open(), deltas)
    const added = answerCost(open, deltas) - without
    const subject = `delta of ${length} characters`
    rows.push({ subject, metric: 'relayed', value: without, unit: 'µs' })
    rows.push({ subject, metric: 'added by inspection', value: added, unit: 'µs', most: 20 })
  }
  const sound = `{"type":"input_audio_buffer.append","audio":"${Buffer.alloc(3_200).toString('base64')}"}`
  const [without, looked] = [
    await soundCost(inspectionNotConfigured.open(), sound),
    await soundCost(open(), sound),
  ]
  rows.push({ subject: 'sound of 67 ms', metric: 'relayed', value: without, unit: 'µs' })
  rows.push({
    subject: 'sound of 67 ms',
    metric: 'added by inspection',
    value: looked - without,
    unit: 'µs',
    most: 1,
  })
  return rows
}

const names = {
  id: 'names',
  rules: [{ id: 'names', action: 'redact', what: { detectors: ['person-name'] } }],
}

const asked: Question = {
  call: {
    requestId: 'req_1',
    traceparent: undefined,
    operation: 'realtime',
    clientFormat: 'openai-realtime',
    method: 'GET',
    path: '/realtime',
    headers: new Headers(),
    sourceAddress: undefined,
    startedAt: 0,
    signal: new AbortController().signal,
    readBody: () => Promise.resolve(new Uint8Array()),
    onEnd: () => undefined,
  },
  principal: {
    id: 'ana',
    kind: 'user',
    tenant: 'default',
    groups: [],
    authenticatedBy: 'key',
    models: ['*'],
  },
  body: { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined },
  model: 'm',
  stream: true,
}

const answer: Answer = {
  status: 101,
  headers: {},
  body: '',
  provider: 'p',
  model: 'm',
  cache: 'bypass',
  warnings: [],
  report: newReport(),
}

/** The events that say some prose in pieces. */
function deltasOf(length: number): readonly string[] {
  const text = prose.join(' ').repeat(3)
  const frames: string[] = []
  for (let at = 0; at < text.length; at += length) {
    frames.push(
      JSON.stringify({
        type: 'response.output_audio_transcript.delta',
        event_id: `event_${at}`,
        response_id: 'resp_1',
        item_id: 'item_1',
        output_index: 0,
        content_index: 0,
        delta: text.slice(at, at + length),
      }),
    )
  }
  return frames
}

/** Microseconds for one event of an answer: the best of some rounds. */
function answerCost(open: () => SessionInspector, frames: readonly string[]): number {
  return best(frames.length, () => {
    const gate = createProviderGate(contextOf(open()))
    for (const frame of frames) void gate.pass(frame)
    void gate.end()
  })
}

async function soundCost(inspector: SessionInspector, frame: string): Promise<number> {
  const gate = createClientGate(contextOf(inspector))
  await gate(frame)
  return best(1_000, () => {
    for (let left = 1_000; left > 0; left--) void gate(frame)
  })
}

const nowhere: Channel = {
  send: () => undefined,
  close: () => undefined,
  terminate: () => undefined,
  closed: new Promise(() => undefined),
  async *[Symbol.asyncIterator]() {
    // It says nothing.
  },
}

function contextOf(inspector: SessionInspector): GateContext {
  return {
    question: asked,
    client: nowhere,
    connection: { channel: nowhere, provider: 'p', model: 'm' },
    echo: undefined,
    events: openAiRealtime,
    inspector,
    maxJsonDepth: 64,
    decided: () => Promise.resolve(),
    tally: newTally(),
  }
}

function best(units: number, work: () => void): number {
  let least = Infinity
  for (let round = 0; round < 30; round++) {
    const start = performance.now()
    work()
    least = Math.min(least, performance.now() - start)
  }
  return (least * 1000) / units
}
