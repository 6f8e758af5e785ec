/** What this format calls fields that writers name in the words of chat completions. */
export const fieldNames: Readonly<Record<string, string>> = {
  reasoning_effort: 'thinking',
  effort: 'output_config.effort',
  response_format: 'output_config.format',
  stop: 'stop_sequences',
  user: 'metadata.user_id',
  parallel_tool_calls: 'tool_choice.disable_parallel_tool_use',
  '.function.arguments': '.input',
  '.arguments': '.input',
}
