/** What this format calls fields that writers name in the words of chat completions. */
export const fieldNames: Readonly<Record<string, string>> = {
  messages: 'input',
  max_tokens: 'max_output_tokens',
  response_format: 'text.format',
  'response_format.json_schema.description': 'text.format.description',
  reasoning_effort: 'reasoning.effort',
  effort: 'reasoning.effort',
  'thinking.budget_tokens': 'reasoning.effort',
  '.title': '.filename',
  '.image_url.detail': '.detail',
  '.function.arguments': '.arguments',
  '.cache_control': '.prompt_cache_breakpoint',
}
