import { newReport } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import type { ExchangeDependencies } from './exchange.ts'

/** Answers `count_tokens` for providers that do not count: an estimate, and said to be one. */
export function countTokensLocally(
  question: Question,
  dependencies: Pick<ExchangeDependencies, 'estimateTokens'>,
): Answer {
  const member = question.call.clientFormat === 'gemini' ? 'totalTokens' : 'input_tokens'
  const inputTokens = dependencies.estimateTokens(question.body.text ?? '')
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ [member]: inputTokens }),
    cache: 'bypass',
    warnings: [`changed ${member}: estimated by the gateway`],
    report: newReport(),
  }
}
