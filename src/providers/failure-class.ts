import { failureClassOfStatus } from '../core/failure.ts'
import type { FailureClass } from '../core/failure.ts'
import type { ProviderFault } from '../formats/index.ts'

/** What a provider calls the reason of an error: its `code`, or its `type` where that says more. */
const classOfWord: ReadonlyMap<string, FailureClass> = new Map<string, FailureClass>([
  // OpenAI, Azure and the servers that follow them.
  ['context_length_exceeded', 'context-window'],
  ['string_above_max_length', 'context-window'],
  ['exceed_context_size_error', 'context-window'],
  ['content_filter', 'content-policy'],
  ['content_policy_violation', 'content-policy'],
  ['moderation_blocked', 'content-policy'],
  ['invalid_prompt', 'content-policy'],
  ['ResponsibleAIPolicyViolation', 'content-policy'],
  ['data_inspection_failed', 'content-policy'],
  ['rate_limit_exceeded', 'rate-limit'],
  ['rate_limit_error', 'rate-limit'],
  ['insufficient_quota', 'rate-limit'],
  // Google and Amazon.
  ['RESOURCE_EXHAUSTED', 'rate-limit'],
  ['ThrottlingException', 'rate-limit'],
  ['throttlingException', 'rate-limit'],
  ['ServiceQuotaExceededException', 'rate-limit'],
  ['DEADLINE_EXCEEDED', 'timeout'],
  ['ModelTimeoutException', 'timeout'],
  ['modelTimeoutException', 'timeout'],
  ['timeout_error', 'timeout'],
  // A window of tokens to an Anthropic client, bytes to its server: a model with a larger one may do.
  ['request_too_large', 'context-window'],
  ['billing_error', 'credentials'],
])

/**
 * Words by which providers that have no code for it say that a prompt is too long: Anthropic ("prompt is
 * too long", "exceed context limit"), Gemini ("input token count … exceeds the maximum"), Bedrock ("Input is
 * too long"), Mistral ("too large for model with … maximum context length"), Cohere ("too many tokens"),
 * vLLM ("maximum context length is"), Together ("tokens + max_new_tokens must be <="), xAI ("maximum
 * prompt length"), Ollama and llama.cpp ("exceeds the … context").
 */
const tooLong =
  /(prompt|input) is too long|maximum (context|prompt) length|exceeds? (the )?(available |model'?s? )?context (limit|length|size|window)|token count[^.]{0,60}exceeds the maximum|too many tokens: |tokens`? \+ `?max_new_tokens`? must be|context (length|window) exceeded/i

/**
 * The same for content: Azure ("content management policy"), Anthropic ("content filtering policy"),
 * Bedrock ("content filters"), OpenRouter ("your input was flagged"), OpenAI ("violating our usage policy"),
 * xAI ("violates usage guidelines"), DeepSeek ("Content Exists Risk"), Cohere ("blocked output").
 */
const refused =
  /content[ _](management|filtering|filter|moderation)s? ?polic|blocked by (our |the )?content filter|(input|prompt|content) was flagged|violat(es|ing|ed) (our )?(usage|content|safety) (policy|policies|guidelines)|content exists risk|^blocked (output|input)|safety system/i

/**
 * Words of services that answer 400 or 403 to a key they do not know, as they do to what a known key may
 * not do: Bedrock ("make sure your API Key is valid", "The security token included in the request is
 * invalid"), Gemini ("API key not valid", "API key expired"), API Management ("invalid subscription key").
 */
const refusedKey =
  /api key (is )?(not valid|invalid|expired)|invalid (api|subscription) key|your api key is valid|security token included in the request is (invalid|expired)/i

/** Tells whether a provider refused the credentials of the gateway itself: no fault of the caller. */
export function refusesCredentials({ status, message }: ProviderFault): boolean {
  if (status === 401 || status === 407) return true
  return (status === 400 || status === 403) && refusedKey.test(message)
}

/** Finds out what kind of failure a provider reported, from status, code, type and words. */
export function classifyFault({ status, type, code, message }: ProviderFault): FailureClass {
  if (status === 429) return 'rate-limit'
  const named = classOfWord.get(code ?? '') ?? classOfWord.get(type ?? '')
  if (named !== undefined) return named
  if (tooLong.test(message)) return 'context-window'
  if (refused.test(message)) return 'content-policy'
  if (status === 413) return 'context-window'
  if (status === 402) return 'credentials'
  if (status === 408) return 'timeout'
  return failureClassOfStatus(status)
}
