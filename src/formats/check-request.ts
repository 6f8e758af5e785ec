import type { NeutralMessage, NeutralPart, NeutralRequest } from './neutral.ts'
import { refuse } from './openai-chat/fields.ts'

/**
 * Checks what readers of single fields cannot see and no provider accepts, so that the caller is told in words
 * of its own request and not in those of a provider it does not know. Throws `invalid_request` with the path
 * in the neutral form.
 */
export function checkRequest(request: NeutralRequest): void {
  checkNumbers(request)
  checkToolChoice(request)
  checkConversation(request.messages)
}

/** Bounds wide enough for every provider. */
const bounds = [
  ['temperature', 'temperature', 0, 2],
  ['topP', 'top_p', 0, 1],
  ['presencePenalty', 'presence_penalty', -2, 2],
  ['frequencyPenalty', 'frequency_penalty', -2, 2],
] as const satisfies readonly (readonly [keyof NeutralRequest, string, number, number])[]

function checkNumbers(request: NeutralRequest): void {
  for (const [key, field, least, most] of bounds) {
    const value = request[key]
    const fits = value === undefined || (value >= least && value <= most)
    if (!fits) refuse(field, `a number from ${least} to ${most}`)
  }
}

function checkToolChoice({ tools = [], toolChoice }: NeutralRequest): void {
  if (toolChoice?.type !== 'tool' || tools.length === 0) return
  if (!tools.some(({ name }) => name === toolChoice.name)) {
    refuse('tool_choice', 'the name of one of the tools')
  }
}

function checkConversation(messages: readonly NeutralMessage[]): void {
  if (!messages.some(({ content }) => content.length > 0)) {
    refuse('messages', 'at least one message that says something')
  }
  const calls = new Set<string>()
  for (const [index, { content }] of messages.entries()) {
    for (const [place, part] of content.entries()) {
      const path = `messages[${index}].content[${place}]`
      if (part.type === 'tool-call') calls.add(part.id)
      if (part.type === 'tool-result' && !calls.has(part.callId)) {
        refuse(path, 'the result of a tool call before it')
      }
      checkPart(part, path)
    }
  }
}

function checkPart(part: NeutralPart, path: string): void {
  switch (part.type) {
    case 'tool-result':
      for (const [place, inner] of part.content.entries()) {
        checkPart(inner, `${path}.content[${place}]`)
      }
      return
    case 'image':
      if (part.source.type !== 'base64') return
      if (!part.source.mediaType.startsWith('image/')) refuse(path, 'an image')
      return checkData(part.source.data, path)
    case 'document':
      return part.source.type === 'base64' ? checkData(part.source.data, path) : undefined
    case 'audio':
      return checkData(part.data, path)
    case 'text':
    case 'tool-call':
    case 'reasoning':
    case 'redacted-reasoning':
    case 'refusal':
      return
    default:
      part satisfies never
  }
}

/** Lines and the alphabet of URLs are left to the provider: some take them. */
function checkData(data: string, path: string): void {
  if (data === '' || /[^A-Za-z0-9+/_=\s-]/.test(data)) refuse(path, 'data in base64')
}
