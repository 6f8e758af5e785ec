/** What this format calls fields that writers name in the words of chat completions. */
export const fieldNames: Readonly<Record<string, string>> = {
  stop: 'stop_sequences',
  top_p: 'p',
  top_k: 'k',
  reasoning_effort: 'thinking',
  effort: 'thinking',
  'thinking.budget_tokens': 'thinking.token_budget',
}
