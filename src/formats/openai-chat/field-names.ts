/** What this format calls fields that writers name in the words of chat completions. */
export const fieldNames: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  effort: 'reasoning_effort',
  'thinking.budget_tokens': 'reasoning.max_tokens',
  '.title': '.file.filename',
}
