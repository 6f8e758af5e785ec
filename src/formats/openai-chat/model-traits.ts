/**
 * What servers that speak chat completions accept differs by model, and the model's name is all there
 * is to tell. Names may carry a path: `openai/o3-mini`.
 */

/** Tells whether a model reasons in OpenAI's way: `max_completion_tokens` and `reasoning_effort`. */
export function isOpenAiReasoningModel(model: string): boolean {
  return /^(o1|o3|o4|gpt-5)/i.test(model.slice(model.lastIndexOf('/') + 1))
}

/**
 * Tells whether a model takes its earlier thinking back in `reasoning_content` or
 * `reasoning_details`. DeepSeek and Kimi demand it between tool calls, Claude behind OpenRouter uses
 * it; OpenAI, Groq and Mistral refuse messages with such fields.
 */
export function takesReasoningBack(model: string): boolean {
  return /claude|deepseek|glm|kimi|mimo|minimax/i.test(model)
}

/** Tells whether a model takes `cache_control` marks, which OpenAI's strict servers refuse. */
export function takesCacheMarks(model: string): boolean {
  return /claude/i.test(model)
}
