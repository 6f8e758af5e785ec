/** What this format calls fields that writers name in the words of chat completions. */
export const fieldNames: Readonly<Record<string, string>> = {
  messages: 'prompt',
}
