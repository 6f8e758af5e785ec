import type { Answer, AnswerHeaders, AnswerReport, Question } from '../core/call.ts'
import type { GatewayError } from '../core/errors.ts'
import type { AskOptions } from '../core/target.ts'
import type { MeteredUsage, TokenUsage } from '../core/usage.ts'
import type { ClientFormat, ErrorView, FormatName, ProviderFormat, Warn } from '../formats/index.ts'
import type { Alarms } from './alarms.ts'
import type { Deadlines, Timeouts } from './deadlines.ts'
import type { Prepared } from './prepare.ts'
import type { Provider } from './provider.ts'

/** What every exchange with a provider needs from outside. */
export interface ExchangeDependencies {
  readonly clientFormats: ReadonlyMap<string, ClientFormat>
  readonly timeouts: Timeouts
  /** Wakes the deadlines of all exchanges. */
  readonly alarms: Alarms
  readonly maxAnswerBytes: number
  readonly maxFrameBytes: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Estimates the tokens of a text, for answers without usage. */
  readonly estimateTokens: (text: string) => number
}

/** The formats on both sides of a chat-like exchange. */
export interface Translation {
  readonly client: ClientFormat
  readonly provider: ProviderFormat
  readonly isSame: boolean
}

/** One exchange with a provider: all that is known while its answer arrives. */
export interface Exchange {
  readonly question: Question
  readonly provider: Provider
  readonly model: string
  /** Absent for bodies the gateway forwards without reading them as a conversation. */
  readonly translation: Translation | undefined
  readonly prepared: Prepared
  readonly deadlines: Deadlines
  readonly report: AnswerReport
  /** Grows while the answer is translated. */
  readonly warnings: string[]
  readonly dependencies: ExchangeDependencies
  readonly options?: AskOptions | undefined
}

/** Most warnings that are told one by one: a body can hold a million fields that nobody knows. */
const maxWarnings = 100
/** Most characters of one; paths of fields may be long. */
const maxWarningLength = 200

/** Returns what takes warnings and keeps them in words; of more than a hundred it keeps the fact. */
export function collectIn(warnings: string[]): Warn {
  return ({ type, field, detail }) => {
    if (warnings.length > maxWarnings) return
    const text = detail === undefined ? `${type} ${field}` : `${type} ${field}: ${detail}`
    const isLast = warnings.length === maxWarnings
    warnings.push(isLast ? 'more was lost or changed' : text.slice(0, maxWarningLength))
  }
}

const maxAnswerWarnings = 100

/** The same for what is lost of an answer: each loss once, however often it is told. */
export function collectAnswerIn(warnings: string[]): Warn {
  const collect = collectIn(warnings)
  const told = new Set<string>()
  return (warning) => {
    const loss = `${warning.type} ${warning.field}`
    if (told.has(loss) || told.size >= maxAnswerWarnings) return
    told.add(loss)
    collect({ ...warning, field: `answer.${warning.field}` })
  }
}

/** Makes the answer of an exchange. */
export function answerOf(
  exchange: Exchange,
  status: number,
  headers: AnswerHeaders,
  body: Answer['body'],
): Answer {
  return {
    status,
    headers,
    body,
    provider: exchange.provider.name,
    model: exchange.model,
    cache: 'bypass',
    warnings: exchange.warnings,
    report: exchange.report,
  }
}

/** Shows an error as the client of this exchange is to see it. */
export function viewError(exchange: Exchange, error: GatewayError): ErrorView {
  return {
    status: error.status,
    code: error.code,
    message: strikeSecrets(exchange, error.message),
    source: error.source,
    requestId: exchange.question.call.requestId,
    failureClass: error.failureClass,
    ...(error.param === undefined ? {} : { param: error.param }),
  }
}

/** Takes the credentials of the provider out of what it says: some repeat a refused key in words. */
export function strikeSecrets({ provider }: Pick<Exchange, 'provider'>, text: string): string {
  return provider.strike(text)
}

/** Completes usage: the provider's own count, or an estimate that is marked as one. */
export function meterUsage(
  exchange: Exchange,
  reported: TokenUsage | undefined,
  outputTokens: () => number,
): MeteredUsage {
  if (reported !== undefined) return { ...reported, estimated: false }
  return {
    inputTokens: exchange.dependencies.estimateTokens(exchange.question.body.text ?? ''),
    outputTokens: outputTokens(),
    estimated: true,
  }
}

/** Tells whether a provider's error bodies already are in the client's dialect. */
export function isSameDialect(client: string, provider: FormatName): boolean {
  return dialectOf(client) === dialectOf(provider)
}

/** `openai-chat` and `openai-completions` share a dialect: the word before the dash. */
function dialectOf(format: string): string {
  const dash = format.indexOf('-')
  return dash < 0 ? format : format.slice(0, dash)
}
