import { newReport } from '../../core/call.ts'
import type { Answer, Question } from '../../core/call.ts'
import type { AttachmentFact, Direction, PrincipalFacts, TargetFacts } from '../../core/facts.ts'
import { asObject, parseJson } from '../../core/json.ts'
import type { Operation } from '../../core/record.ts'
import type { BodyReader, BodyText, BodyTool, RequestTexts } from './texts.ts'

/** Texts as they are, or the body of a request or of a whole answer in the format of a client. */
export type DryRunContent =
  | {
      readonly type: 'texts'
      readonly texts: readonly Omit<BodyText, 'place'>[]
      readonly tools: readonly BodyTool[]
      readonly attachments: readonly AttachmentFact[]
    }
  | { readonly type: 'body'; readonly format: string; readonly text: string }

/** Content that is to be judged without a call. */
export interface DryRunInput {
  readonly direction: Direction
  readonly principal: PrincipalFacts
  readonly sourceAddress?: string | undefined
  readonly operation: Operation
  readonly model: string
  /** Where it would go; of an answer the first gave it. */
  readonly targets: readonly TargetFacts[]
  readonly content: DryRunContent
}

/** Makes the question that a call with this content would be. */
export function questionOf(input: DryRunInput): Question {
  const { principal, sourceAddress, operation, model, content, direction } = input
  const { format, text } =
    content.type === 'body'
      ? content
      : { format: 'openai-chat', text: content.texts.map((each) => each.text).join('\n') }
  const asked = direction === 'request' ? text : ''
  const json = content.type === 'body' && asked !== '' ? asObject(parseJson(asked)) : undefined
  const contentType = json === undefined ? 'text/plain' : 'application/json'
  return {
    call: {
      requestId: 'dry-run',
      traceparent: undefined,
      operation,
      clientFormat: format,
      method: 'POST',
      path: '',
      headers: new Headers(),
      sourceAddress,
      startedAt: 0,
      signal: AbortSignal.any([]),
      readBody: () => Promise.resolve(new Uint8Array()),
      onEnd: () => undefined,
    },
    principal: { ...principal, authenticatedBy: 'dry-run', models: ['*'] },
    body: { bytes: Buffer.from(asked), contentType, text: asked, json },
    model,
    stream: false,
  }
}

/** Makes the answer that content is to be. */
export function answerOf({ content, targets: [target] }: DryRunInput): Answer {
  const isBody = content.type === 'body'
  return {
    status: 200,
    headers: { 'content-type': isBody ? 'application/json' : 'text/plain' },
    body: isBody ? content.text : '',
    ...(target !== undefined && { provider: target.provider, model: target.model }),
    cache: 'bypass',
    warnings: [],
    report: newReport(),
  }
}

/** A reader of the content of a dry run. */
export interface DryRunReader {
  readonly reader: BodyReader
  /** What was put in the place of texts, by places. */
  readonly changes: ReadonlyMap<string, string>
}

/** Makes the reader of content: plain texts stand for a body, and an answer has a question that says nothing. */
export function readerOf({ direction, content }: DryRunInput, inner: BodyReader): DryRunReader {
  const changes = new Map<string, string>()
  const note = (texts: ReadonlyMap<string, string>): void => {
    for (const [place, text] of texts) changes.set(place, text)
  }
  const plain = plainTexts(content)
  return {
    changes,
    reader: {
      ...inner,
      request(question) {
        if (direction === 'answer') return textsOf(question, [], note)
        if (plain !== undefined) return { ...textsOf(question, plain.texts, note), ...plain.facts }
        const read = inner.request(question)
        return {
          ...read,
          replace(texts) {
            note(texts)
            return read.replace(texts)
          },
        }
      },
      answer(question, answer) {
        const read =
          plain === undefined
            ? inner.answer(question, answer)
            : {
                segments: plain.texts,
                joined: [],
                tools: plain.facts.tools,
                calls: plain.facts.tools
                  .filter(({ use }) => use === 'called')
                  .map(({ name, arguments: given = '' }) => ({
                    name,
                    arguments: given,
                    segments: [],
                    at: plain.texts.length,
                  })),
                isReadable: true,
                replace: () => '',
              }
        return {
          ...read,
          replace(texts) {
            note(texts)
            return read.replace(texts)
          },
        }
      },
      streamKind: () => 'whole',
    },
  }
}

function plainTexts(content: DryRunContent) {
  if (content.type === 'body') return undefined
  const { texts, tools, attachments } = content
  return {
    texts: texts.map((text, index): BodyText => ({ ...text, place: `texts[${index}]` })),
    facts: { tools, attachments },
  }
}

function textsOf(
  { body }: Question,
  segments: readonly BodyText[],
  note: (texts: ReadonlyMap<string, string>) => void,
): RequestTexts {
  return {
    segments,
    joined: [],
    tokens: [],
    attachments: [],
    tools: [],
    isReadable: true,
    hasRepeatedMembers: false,
    replace(texts) {
      note(texts)
      return body
    },
  }
}
