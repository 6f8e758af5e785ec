import { asObject, isObject, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import { writeUsage } from './usage.ts'

/** The facts a response object is made of. */
export interface ResponseFacts {
  readonly id: string
  readonly model: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly status: 'in_progress' | 'completed' | 'incomplete'
  readonly incompleteReason?: string | undefined
  readonly output: readonly JsonObject[]
  readonly usage?: TokenUsage | undefined
  /** The request it answers, which responses repeat. */
  readonly asked?: JsonObject | undefined
}

/** Writes a response object with everything clients require of one. */
export function writeResponse(facts: ResponseFacts): JsonObject {
  const { incompleteReason, usage } = facts
  return {
    id: facts.id,
    object: 'response',
    created_at: facts.createdAt,
    status: facts.status,
    background: false,
    error: null,
    incomplete_details: incompleteReason === undefined ? null : { reason: incompleteReason },
    ...repeat(facts.asked ?? {}),
    model: facts.model,
    output: [...facts.output],
    usage: usage === undefined ? null : writeUsage(usage),
  }
}

/** What a response repeats of its request, with OpenAI's defaults for what was not said. */
function repeat(asked: JsonObject): JsonObject {
  const text = asObject(asked['text'])
  return {
    instructions: asked['instructions'] ?? null,
    max_output_tokens: asked['max_output_tokens'] ?? null,
    max_tool_calls: asked['max_tool_calls'] ?? null,
    metadata: isObject(asked['metadata']) ? asked['metadata'] : {},
    parallel_tool_calls: asked['parallel_tool_calls'] ?? true,
    previous_response_id: asked['previous_response_id'] ?? null,
    prompt_cache_key: asked['prompt_cache_key'] ?? undefined,
    reasoning: { effort: null, summary: null, ...asObject(asked['reasoning']) },
    safety_identifier: asked['safety_identifier'] ?? null,
    store: asked['store'] ?? true,
    temperature: asked['temperature'] ?? null,
    text: { ...text, format: text?.['format'] ?? { type: 'text' } },
    tool_choice: asked['tool_choice'] ?? 'auto',
    tools: asked['tools'] ?? [],
    top_p: asked['top_p'] ?? null,
    truncation: asked['truncation'] ?? 'disabled',
    user: asked['user'] ?? null,
  }
}
