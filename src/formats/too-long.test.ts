import { expect, test } from 'bun:test'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import { cohereChat } from './cohere-chat/index.ts'
import type { ClientFormat, ErrorView } from './format.ts'
import { gemini } from './gemini/index.ts'
import { openAiChat } from './openai-chat/index.ts'

const view: ErrorView = {
  status: 400,
  code: 'provider_error',
  message: 'More than 8192 tokens.',
  source: 'provider',
  requestId: 'r1',
  failureClass: 'context-window',
}

/** Words and codes by which clients of each dialect know that they have to shorten a conversation. */
const formats: readonly (readonly [ClientFormat, string])[] = [
  [openAiChat, '"code":"context_length_exceeded"'],
  [anthropicMessages, '"message":"prompt is too long: More than'],
  [gemini, 'token count exceeds the maximum number of tokens allowed: More than'],
  [bedrockConverse, '"message":"Input is too long for requested model: More than'],
  [cohereChat, '"message":"too many tokens: More than'],
]

test.each(formats)(
  'clients are told of a full context window in words they know: %#',
  (format, words) => {
    expect(JSON.stringify(format.writeError(view))).toContain(words)
    const other = format.writeError({ ...view, failureClass: 'request' })
    expect(JSON.stringify(other)).not.toContain(words)
  },
)

test('the words are not said twice', () => {
  const message = 'prompt is too long: 9 tokens > 8 maximum'
  expect(anthropicMessages.writeError({ ...view, message })).toMatchObject({ error: { message } })
})
