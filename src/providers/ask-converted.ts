import { newReport } from '../core/call.ts'
import type { Answer, AnswerHeaders } from '../core/call.ts'
import type { JsonObject } from '../core/json.ts'
import type { Conversion, Warn } from '../formats/index.ts'
import { startDeadlines } from './deadlines.ts'
import type { Timeouts } from './deadlines.ts'
import { answerOf, collectIn, meterUsage } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import type { ProviderResponse } from './provider.ts'
import { receiveJson } from './receive.ts'
import { send } from './send.ts'
import type { Opening } from './send.ts'

/** How many requests of one call are under way at once, where a provider takes little at a time. */
const maxParallelRequests = 4

/** Asks a provider in another dialect, in one request or several. Throws when there is no usable answer. */
export async function askConverted(
  opening: Opening,
  conversion: {
    readonly url: string
    readonly timeouts: Timeouts
    convert(warn: Warn): Conversion
  },
): Promise<Answer> {
  const { provider, question, model, dependencies, options } = opening
  const warnings: string[] = []
  const warn = collectIn(warnings)
  const call = conversion.convert(warn)
  const deadlines = startDeadlines(
    options?.signal ?? question.call.signal,
    conversion.timeouts,
    dependencies.alarms,
  )
  const exchange: Exchange = {
    provider,
    question,
    model,
    dependencies,
    translation: undefined,
    prepared: { body: '', contentType: jsonType, withholdUsage: false, clientWantsUsage: false },
    deadlines,
    warnings,
    report: newReport(),
  }
  const bodies = call.requests.map((body) => ({
    ...body,
    ...provider.bodyMembers?.(opening.endpoint, body, warn),
  }))
  try {
    const received = await askAll(exchange, bodies, conversion)
    if ('status' in received) return received
    const converted = call.answer(received.map(({ body }) => body))
    const usage = converted.usage ?? usageInHeaders(received)
    if (usage !== undefined || question.call.operation === 'embeddings') {
      exchange.report.usage = meterUsage(exchange, usage, () => 0)
    }
    const headers = { ...received[0]?.headers, 'content-type': jsonType }
    return answerOf(exchange, 200, headers, JSON.stringify(converted.body))
  } catch (error) {
    throw deadlines.explain(error)
  } finally {
    deadlines.cancel()
  }
}

const jsonType = 'application/json'

/** A whole answer of a provider. */
interface Received {
  readonly body: JsonObject
  readonly headers: AnswerHeaders
  /** Tokens that were read, where only a header says so. */
  readonly inputTokens: number | undefined
}

/** Sends all requests, a few at a time; the first that is refused is the answer to all. */
async function askAll(
  exchange: Exchange,
  bodies: readonly JsonObject[],
  { url, timeouts }: { readonly url: string; readonly timeouts: Timeouts },
): Promise<readonly Received[] | Answer> {
  const received: Received[] = []
  let refusal: Answer | undefined
  let next = 0
  async function takeTurns(): Promise<void> {
    for (let index = next++; index < bodies.length; index = next++) {
      if (refusal !== undefined) return
      const response = await send({
        provider: exchange.provider,
        question: exchange.question,
        url,
        body: JSON.stringify(bodies[index]),
        contentType: jsonType,
        deadlines: exchange.deadlines,
        connectTimeoutMs: timeouts.connectTimeoutMs,
      })
      const result = await receiveJson(exchange, response)
      if (result.type === 'refusal') refusal ??= result.answer
      else received[index] = { ...result, inputTokens: countedTokens(response) }
    }
  }
  const lanes = Math.min(maxParallelRequests, bodies.length)
  await Promise.all(Array.from({ length: lanes }, takeTurns))
  return refusal ?? received
}

/** Bedrock tells the usage of models that do not count themselves. */
function countedTokens({ headers }: ProviderResponse): number | undefined {
  const text = headers.get('x-amzn-bedrock-input-token-count')
  const tokens = text === null ? Number.NaN : Number(text)
  return Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined
}

function usageInHeaders(
  received: readonly Received[],
): { readonly inputTokens: number; readonly outputTokens: number } | undefined {
  let inputTokens = 0
  for (const { inputTokens: counted } of received) {
    if (counted === undefined) return undefined
    inputTokens += counted
  }
  return { inputTokens, outputTokens: 0 }
}
