import { always } from '../attachments.ts'
import { attaching, each, free, members, of, opaque, schema, text, within, word } from '../shape.ts'
import type { Shape } from '../shape.ts'
import { toolDefinitions } from './common.ts'
import { message } from './openai-chat.ts'

const words = each(word, 'model', 'done_reason', 'created_at', 'keep_alive')

/** Requests of chat and embeddings. */
export const ollamaRequest: Shape = {
  members: members(words, {
    messages: of(message),
    tools: toolDefinitions,
    format: schema,
    options: free,
    ...each(text, 'input', 'prompt', 'suffix', 'template'),
    system: within(text, { role: 'system' }),
    images: attaching(opaque, always('image')),
  }),
}

/** Whole answers and the lines of a stream. */
export const ollamaAnswer: Shape = {
  members: members(words, { message: of(message), response: text, error: text }),
}
