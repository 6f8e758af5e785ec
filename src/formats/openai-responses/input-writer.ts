import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type {
  DocumentPart,
  ImagePart,
  NeutralMessage,
  NeutralPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../neutral.ts'
import { writeDataUrl } from '../openai-chat/media.ts'
import { foreignSignature, ownSignature } from '../origin.ts'

/** Writes messages as input items; what the Responses API cannot say is reported to `warn`. */
export function writeInput(messages: readonly NeutralMessage[], warn: Warn): JsonObject[] {
  return messages.flatMap((message, index) => {
    const path = `messages[${index}]`
    if (message.name !== undefined) warn({ type: 'dropped', field: `${path}.name` })
    return writeMessage(message, { path, warn })
  })
}

interface Place {
  readonly path: string
  readonly warn: Warn
}

function writeMessage({ role, content }: NeutralMessage, at: Place): JsonObject[] {
  switch (role) {
    case 'system':
    case 'user': {
      const parts = eachPart(content, at, (part, place) => writeInputPart(part, role, place))
      return parts.length === 0 ? [] : [{ type: 'message', role, content: parts }]
    }
    case 'assistant':
      return writeTurn(content, at)
    case 'tool':
      return eachPart(content, at, (part, place) =>
        part.type === 'tool-result' ? [writeResult(part, place)] : dropped(place),
      )
    default:
      return role satisfies never
  }
}

function eachPart(
  parts: readonly NeutralPart[],
  at: Place,
  write: (part: NeutralPart, at: Place) => JsonObject[],
): JsonObject[] {
  return parts.flatMap((part, index) =>
    write(part, { ...at, path: `${at.path}.content[${index}]` }),
  )
}

/** Writes a turn of the assistant; neighbouring texts are the content of one message item. */
function writeTurn(content: readonly NeutralPart[], at: Place): JsonObject[] {
  const items: JsonObject[] = []
  let texts: JsonValue[] | undefined
  for (const [index, part] of content.entries()) {
    const place = { ...at, path: `${at.path}.content[${index}]` }
    const text = writeSpoken(part, place)
    if (text === undefined) {
      texts = undefined
      items.push(...writeTurnItem(part, place))
    } else if (texts === undefined) {
      texts = [text]
      items.push({ type: 'message', role: 'assistant', content: texts })
    } else texts.push(text)
  }
  return items
}

function writeSpoken(part: NeutralPart, at: Place): JsonObject | undefined {
  if (part.type === 'refusal') return { type: 'refusal', refusal: part.text }
  if (part.type !== 'text') return undefined
  reportCacheMark(part, at)
  return { type: 'output_text', text: part.text, annotations: [] }
}

function writeTurnItem(part: NeutralPart, at: Place): JsonObject[] {
  if (part.type === 'tool-call') return [writeCall(part, at)]
  if (part.type !== 'reasoning' || part.signature === undefined) return dropped(at)
  // Only reasoning with proof that OpenAI's model thought it is taken back.
  const encrypted_content = ownSignature(part.signature, 'gpt')
  if (encrypted_content === undefined) return dropped(at, foreignSignature)
  const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }]
  return [{ type: 'reasoning', summary, encrypted_content }]
}

function writeCall(part: ToolCallPart, at: Place): JsonObject {
  reportCacheMark(part, at)
  const { id, name } = part
  return { type: 'function_call', call_id: id, name, arguments: part.arguments }
}

function writeResult(part: ToolResultPart, at: Place): JsonObject {
  reportCacheMark(part, at)
  if (part.isError === true) {
    at.warn({ type: 'changed', field: `${at.path}.is_error`, detail: 'the text alone tells' })
  }
  const output = eachPart(part.content, at, (inner, place) => writeInputPart(inner, 'user', place))
  const [only] = output
  const isPlain = output.length <= 1 && (only === undefined || only['type'] === 'input_text')
  return {
    type: 'function_call_output',
    call_id: part.callId,
    output: isPlain ? (only?.['text'] ?? '') : output,
  }
}

function writeInputPart(part: NeutralPart, role: 'system' | 'user', at: Place): JsonObject[] {
  if (part.type === 'text') return [writeText(part, at)]
  if (role === 'system') return dropped(at)
  if (part.type === 'image') return [writeImage(part, at)]
  return part.type === 'document' ? [writeDocument(part, at)] : dropped(at)
}

function writeText(part: TextPart, at: Place): JsonObject {
  reportCacheMark(part, at)
  return { type: 'input_text', text: part.text }
}

function writeImage(part: ImagePart, at: Place): JsonObject {
  reportCacheMark(part, at)
  const { source, detail = 'auto' } = part
  if (source.type === 'file') return { type: 'input_image', file_id: source.fileId, detail }
  const url = source.type === 'url' ? source.url : writeDataUrl(source)
  return { type: 'input_image', image_url: url, detail }
}

function writeDocument(part: DocumentPart, at: Place): JsonObject {
  reportCacheMark(part, at)
  const { source, title } = part
  switch (source.type) {
    case 'file':
      return { type: 'input_file', file_id: source.fileId }
    case 'url':
      return { type: 'input_file', file_url: source.url }
    case 'base64':
      return {
        type: 'input_file',
        filename: title ?? 'document.pdf',
        file_data: writeDataUrl(source),
      }
    case 'text':
      at.warn({ type: 'changed', field: at.path, detail: 'sent as text' })
      return {
        type: 'input_text',
        text: title === undefined ? source.text : `${title}\n\n${source.text}`,
      }
    default:
      return source satisfies never
  }
}

/** OpenAI caches prompts by itself. */
function reportCacheMark({ cacheMark }: Pick<TextPart, 'cacheMark'>, at: Place): void {
  if (cacheMark !== undefined) at.warn({ type: 'dropped', field: `${at.path}.cache_control` })
}

function dropped(at: Place, detail?: string): [] {
  at.warn({ type: 'dropped', field: at.path, ...(detail === undefined ? {} : { detail }) })
  return []
}
