import { asObject, asString, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { badAnswer } from '../openai-chat/answer-reader.ts'
import type { NeutralPart, ReasoningPart, TextPart, ToolCallPart } from '../neutral.ts'
import { neutralSignature } from '../origin.ts'
import { signCallId } from './signature.ts'

/** The parts of an answer that Gemini's parts become. */
export type AnswerPart = TextPart | ReasoningPart | ToolCallPart

/** Reads the parts of one answer, whole or in pieces; calls without an id get one. */
export interface AnswerPartReader {
  /** Returns the parts of one content; throws `provider_bad_answer` when it is none. */
  read(content: JsonValue | undefined): readonly AnswerPart[]
  hasToolCalls(): boolean
}

/** Makes a reader of parts. `answerId` returns the id of the answer as far as it is known. */
export function createAnswerPartReader(answerId: () => string): AnswerPartReader {
  let calls = 0

  function readCall(call: JsonObject, signature: string | undefined): ToolCallPart {
    const name = asString(call['name'])
    if (!name) throw badAnswer('a function call has no name')
    const given = asString(call['id'])
    const id = given ? given : `call_${idCharacters(answerId())}_${calls}`
    calls += 1
    return {
      type: 'tool-call',
      id: signature === undefined ? id : signCallId(id, signature),
      name,
      arguments: JSON.stringify(call['args'] ?? {}),
    }
  }

  function readPart(value: JsonValue): readonly AnswerPart[] {
    if (!isObject(value)) throw badAnswer('a part is no object')
    const given = asString(value['thoughtSignature'])
    const signature = given ? given : undefined
    const call = asObject(value['functionCall'])
    if (call !== undefined) return [readCall(call, signature)]
    const text = asString(value['text']) ?? textOfOther(value)
    if (value['thought'] === true)
      return text === '' && !signature ? [] : [thought(text, signature)]
    return [
      ...(text === '' ? [] : [{ type: 'text', text } as const]),
      ...(signature === undefined ? [] : [thought('', signature)]),
    ]
  }

  return {
    read(content) {
      if (content === undefined || content === null) return []
      if (!isObject(content)) throw badAnswer('the content is no object')
      const parts = content['parts'] ?? []
      if (!Array.isArray(parts)) throw badAnswer('the parts are no array')
      return parts.flatMap(readPart)
    },
    hasToolCalls: () => calls > 0,
  }
}

/** Joins what continues: pieces of text, and of thinking up to its signature. */
export function joinParts(parts: readonly AnswerPart[]): NeutralPart[] {
  const joined: AnswerPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last?.type === 'text' && part.type === 'text') {
      joined[joined.length - 1] = { ...last, text: last.text + part.text }
    } else if (last?.type === 'reasoning' && part.type === 'reasoning' && !last.signature) {
      joined[joined.length - 1] = { ...part, text: last.text + part.text }
    } else joined.push(part)
  }
  return joined
}

function thought(text: string, signature: string | undefined): ReasoningPart {
  return {
    type: 'reasoning',
    text,
    ...(signature === undefined ? {} : { signature: neutralSignature(signature, 'gemini') }),
  }
}

/** Parts that other formats have no place for in an answer, as Markdown, which loses nothing. */
function textOfOther(part: JsonObject): string {
  const inline = asObject(part['inlineData'])
  if (inline !== undefined) {
    const type = asString(inline['mimeType']) ?? ''
    return link(type, `data:${type};base64,${asString(inline['data']) ?? ''}`)
  }
  const file = asObject(part['fileData'])
  if (file !== undefined) {
    return link(asString(file['mimeType']) ?? '', asString(file['fileUri']) ?? '')
  }
  const code = asObject(part['executableCode'])
  if (code !== undefined) {
    return fenced((asString(code['language']) ?? '').toLowerCase(), asString(code['code']) ?? '')
  }
  const result = asObject(part['codeExecutionResult'])
  return result === undefined ? '' : fenced('', asString(result['output']) ?? '')
}

function link(type: string, url: string): string {
  return type.startsWith('image/') ? `![image](${url})` : `[${type}](${url})`
}

function fenced(language: string, text: string): string {
  return `\n\`\`\`${language}\n${text}\n\`\`\`\n`
}

/** Ids of calls may hold these characters everywhere, and forty of them. */
function idCharacters(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 28)
}
