import type { Question } from '../../../core/call.ts'
import { parseJson } from '../../../core/json.ts'
import type { ToolCall } from '../../../core/text-filter.ts'
import type { Rule, Scope } from '../shape.ts'
import { documentText } from '../shapes/common.ts'
import { attachmentOf } from '../attachments.ts'
import { bodyOf, changesOf, readWithin } from './body-texts.ts'
import type { ReadBody } from './body-texts.ts'
import { TextCollection } from './collection.ts'
import { lookAt, mayHoldText } from './files.ts'
import type { Said } from './files.ts'
import { jsonText, openText } from './readable.ts'
import type { ReadableText } from './readable.ts'
import { ruleOf } from './rules.ts'

/** The texts of a whole answer, and the way to change them. */
export interface AnswerTexts extends ReadBody {
  /** The calls of tools, in the order in which those of a stream are judged. */
  readonly calls: readonly AnsweredCall[]
  /**
   * Returns the body with new texts at their places, as text or bytes as it was; the very body where nothing
   * changes. What does not change keeps its characters.
   * @param texts new texts by the place of their segment
   */
  replace(texts: ReadonlyMap<string, string>): string | Uint8Array
}

/** A call of a tool in a whole answer. */
export interface AnsweredCall extends ToolCall {
  /** Numbers of the segments of its arguments. */
  readonly segments: readonly number[]
  /** Number of the segment in front of which it is judged; that of no segment where it is judged last. */
  readonly at: number
}

/** Formats whose streams say only at the end of an answer that its calls are complete. */
const callsLast: ReadonlySet<string> = new Set(['openai-chat', 'ollama-chat', 'cohere-chat'])

const said: Scope = { role: 'assistant', kind: 'text' }
const streamed: Scope = { ...said, channel: '' }
/** Formats whose streams are made of pieces that look like the whole answer. */
const alike: ReadonlySet<string> = new Set([
  'openai-chat',
  'openai-completions',
  'gemini',
  'gemini-array',
  'ollama-chat',
])

/**
 * A whole answer has to be judged as its stream is: joined where the stream brings several parts as one text.
 * Subtitles and the segments of a transcription are one text as well.
 */
function joinsOf({ operation, clientFormat }: Question['call']) {
  if (operation === 'audio') return 'content'
  const isChat = operation === 'chat' || operation === 'text_completion'
  return isChat && alike.has(clientFormat) ? 'channel' : 'nothing'
}

/** Shows what a whole answer says. Answers that are streamed pass a text gate instead. */
export function answerTexts(
  { call }: Question,
  body: string | Uint8Array,
  contentType: string,
): AnswerTexts {
  const { operation, path } = call
  const joins = joinsOf(call)
  const collection = new TextCollection({ direction: 'answer', joins })
  const isFile = operation === 'files' && /\/content(?:\?|$)/.test(path)
  if (body.length === 0 || hasOnlyVectors(call, body))
    return view(body, bodyOf(collection), [], () => body)
  const opened = openAnswer(body, { mediaType: contentType, name: '', isFile })
  if ('reason' in opened) {
    collection.addAttachment(attachmentOf(opened.kind))
    const reason = mayHoldText(opened) ? opened.reason : undefined
    return view(body, bodyOf(collection, reason), [], () => body)
  }
  const scope = joins === 'channel' ? streamed : said
  const readable = isFile
    ? openText(opened.text, documentText)
    : openAnswerText(opened.text, { rule: ruleOf(call, 'answer'), scope })
  const fault = readWithin(() => readable.read(collection, ''))
  return view(body, bodyOf(collection, fault), callsOf(collection, call), (changes) =>
    opened.encode(readable.rewrite(changes)),
  )
}

function callsOf(
  { calls, segments }: TextCollection,
  { clientFormat }: Question['call'],
): readonly AnsweredCall[] {
  return calls.map(({ tool, numbers, end }) => ({
    name: tool.name,
    arguments: tool.arguments ?? '',
    segments: numbers,
    at: callsLast.has(clientFormat) ? segments.length : end,
  }))
}

/** Vectors are long and say nothing; only errors do, and Cohere repeats the texts it was asked for. */
function hasOnlyVectors(
  { operation, clientFormat }: Question['call'],
  body: string | Uint8Array,
): boolean {
  if (operation !== 'embeddings' || clientFormat === 'cohere-chat') return false
  return !(
    typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.length)
  ).includes('"error"')
}

/** An answer as text, and the way back. */
interface OpenAnswer {
  readonly text: string
  readonly encode: (text: string) => string | Uint8Array
}

function openAnswer(body: string | Uint8Array, said: Said) {
  if (typeof body === 'string') {
    return { text: body, encode: (text: string) => text } satisfies OpenAnswer
  }
  const looked = lookAt(body, said)
  return looked.type === 'text' ? (looked.decoded satisfies OpenAnswer) : looked
}

/** JSON by its endpoint; elsewhere text of any other kind. */
function openAnswerText(
  text: string,
  known: { readonly rule: Rule; readonly scope: Scope },
): ReadableText {
  const json = parseJson(text)
  return typeof json === 'object' && json !== null
    ? jsonText(text, json, known)
    : openText(text, said)
}

function view(
  body: string | Uint8Array,
  read: ReadBody,
  calls: readonly AnsweredCall[],
  rewrite: (changes: ReadonlyMap<string, string>) => string | Uint8Array,
): AnswerTexts {
  return {
    ...read,
    calls,
    replace(texts) {
      const changes = changesOf(read.segments, texts)
      return changes.size === 0 ? body : rewrite(changes)
    },
  }
}
