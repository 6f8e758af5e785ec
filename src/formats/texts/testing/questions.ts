import type { Question } from '../../../core/call.ts'
import { asObject, parseJson } from '../../../core/json.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { Operation } from '../../../core/record.ts'

interface Asked {
  readonly operation?: Operation
  readonly format?: string
  readonly path?: string
}

/** A question with a JSON body, given as a value or as the text of one. */
export function jsonQuestion(body: JsonValue, asked: Asked = {}): Question {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return question(
    {
      bytes: Buffer.from(text),
      contentType: 'application/json',
      text,
      json: asObject(parseJson(text)),
    },
    asked,
  )
}

/** A question with a body of another type. */
export function bytesQuestion(bytes: Uint8Array, contentType: string, asked: Asked = {}): Question {
  return question({ bytes, contentType, text: undefined, json: undefined }, asked)
}

function question(
  body: Question['body'],
  { operation = 'chat', format = 'openai-chat', path = '/' }: Asked,
): Question {
  return {
    call: {
      requestId: 'r1',
      traceparent: undefined,
      operation,
      clientFormat: format,
      method: 'POST',
      path,
      headers: new Headers(),
      sourceAddress: undefined,
      startedAt: 0,
      signal: new AbortController().signal,
      readBody: () => Promise.resolve(body.bytes),
      onEnd: () => undefined,
    },
    principal: {
      id: 'u1',
      kind: 'user',
      tenant: 't1',
      groups: [],
      authenticatedBy: 'key',
      models: ['*'],
    },
    body,
    model: 'm',
    stream: false,
  }
}

/** A part of a form. */
export interface GivenPart {
  readonly name: string
  readonly filename?: string
  readonly type?: string
  readonly content: string | Uint8Array
}

export const boundary = 'x-boundary-7'
export const formType = `multipart/form-data; boundary=${boundary}`

/** Writes a form as browsers do. */
export function formOf(parts: readonly GivenPart[], mark = boundary): Uint8Array {
  const written = parts.flatMap(({ name, filename, type, content }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const head = `--${mark}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n`
    const kind = type === undefined ? '' : `Content-Type: ${type}\r\n`
    return [Buffer.from(`${head}${kind}\r\n`), Buffer.from(content), Buffer.from('\r\n')]
  })
  return Buffer.concat([...written, Buffer.from(`--${mark}--\r\n`)])
}

/** A question with a form. */
export function upload(
  parts: readonly GivenPart[],
  operation: 'files' | 'audio' | 'images' = 'files',
) {
  return bytesQuestion(formOf(parts), formType, { operation, path: `/${operation}` })
}

/** Lines of a batch for three endpoints. */
const batch = [
  {
    custom_id: 'row 1',
    method: 'POST',
    url: '/v1/chat/completions',
    body: {
      model: 'm',
      messages: [
        { role: 'system', content: 'Be kind' },
        { role: 'user', content: 'I am Ana' },
      ],
    },
  },
  { custom_id: 'r2', method: 'POST', url: '/v1/responses', body: { model: 'm', input: 'Hi' } },
  { custom_id: 'r3', method: 'POST', url: '/v1/embeddings', body: { model: 'm', input: [[1, 2]] } },
]
const lines = `${batch.map((line) => JSON.stringify(line)).join('\r\n')}\n\n`
/** An upload of them. */
export const batchUpload = upload([
  { name: 'purpose', content: 'batch' },
  { name: 'file', filename: 'batch.jsonl', type: 'application/octet-stream', content: lines },
])
