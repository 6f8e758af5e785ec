import { chatRequest, connect } from './connection.ts'
import type { Aim } from './connection.ts'
import { Histogram } from './histogram.ts'
import type { Counts } from './histogram.ts'
import { chatBody } from './payloads.ts'

export interface LatencyOptions extends Aim {
  readonly samples: number
  readonly warmup: number
  readonly bodyBytes: number
}

export interface LatencyResult {
  readonly latency: Counts
  readonly failures: number
}

/** Sends requests one after the other over one connection and times each. */
export async function probeLatency(options: LatencyOptions): Promise<LatencyResult> {
  const connection = await connect(options.port)
  const request = chatRequest(options, chatBody(options.bodyBytes))
  const histogram = new Histogram()
  let failures = 0
  for (let sample = -options.warmup; sample < options.samples; sample++) {
    const startedAt = performance.now()
    const { status, endedAt } = await connection.exchange(request)
    if (sample < 0) continue
    if (status === 200) histogram.record(endedAt - startedAt)
    else failures++
  }
  connection.close()
  return { latency: histogram.counts(), failures }
}

if (import.meta.main) {
  const options: LatencyOptions = JSON.parse(process.argv[2] ?? '{}')
  console.log(JSON.stringify(await probeLatency(options)))
}
