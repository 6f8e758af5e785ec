import { asArray, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { compact, fault } from '../vocabulary.ts'
import type { Ask, Call, Choice, Part, Say, Stop, Thought, Turn } from '../vocabulary.ts'
import { writeEvent } from '../wire.ts'
import {
  closed,
  Ledger,
  pieces,
  proofOf,
  requireProof,
  retryAfterSeconds,
  words,
} from './dialect.ts'
import type { Arrived, Dialect, Piece, Request, WireFault } from './dialect.ts'

/** Gemini's `generateContent`, at the Gemini API and at Vertex. */
export const gemini: Dialect = {
  format: 'gemini',
  read: readGenerate,
  stopFor: (stop) => (stop === 'stop-sequence' ? 'end' : stop),
  thoughts: 'signed',
  proof: proofOf('gemini-signature'),
  counts: ['read', 'reasoning'],
  cites: true,
  streamType: 'text/event-stream',
  writeAnswer: (say, model) => chunk(say, model, { parts: partsOf(say), isLast: true }),
  writeStream: (say, model) => [...streamOf(say, model)],
  writeFault,
  writeStreamFault: () => writeEvent(writeFault('overloaded').body),
}

function readGenerate({ path, body }: Request): Arrived {
  const [, model = '', method = ''] = /models\/([^/:]+):(\w+)/.exec(path) ?? []
  const known = ['contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig']
  closed(body, known, 'body')
  const stream = method === 'streamGenerateContent'
  if (stream && !path.endsWith('alt=sse')) fault('an array was asked for')
  const config = asObject(body['generationConfig']) ?? {}
  const ledger = new Ledger()
  const system = asArray(asObject(body['systemInstruction'])?.['parts'])
    .map((each) => asString(asObject(each)?.['text']) ?? fault('systemInstruction'))
    .join('\n')
  const turns = asArray(body['contents']).map((each) => readContent(asObject(each) ?? {}, ledger))
  ledger.settle()
  const isThird = model.startsWith('gemini-3')
  if (isThird) checkSignatures(asArray(body['contents']).map((each) => asObject(each) ?? {}))
  const tools = asArray(body['tools'])
    .flatMap((each) => asArray(asObject(each)?.['functionDeclarations']))
    .map((each) => readDeclaration(asObject(each) ?? {}))
  const choice = readChoice(body)
  const ask: Ask = {
    ...(system === '' ? {} : { system }),
    turns,
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined ? {} : { choice }),
    ...readConfig(config),
  }
  return { ask, model: decodeURIComponent(model), stream }
}

function readConfig(config: JsonObject): Omit<Ask, 'turns'> {
  const { temperature, topP, maxOutputTokens: limit } = config
  const known = words(
    'temperature topP topK maxOutputTokens stopSequences seed responseMimeType ' +
      'responseJsonSchema thinkingConfig',
  )
  closed(config, known, 'generationConfig')
  const isJson = config['responseMimeType'] === 'application/json'
  const schema = asObject(config['responseJsonSchema'])
  if (schema !== undefined && !isJson) fault('response_mime_type must be application/json')
  const thinking = asObject(config['thinkingConfig'])
  const stops = asArray(config['stopSequences']).map(String)
  if (stops.length > 5) fault('at most 5 stop sequences')
  return {
    ...(isJson ? { shape: schema ?? 'json' } : {}),
    ...(thinking !== undefined && thinking['thinkingBudget'] !== 0 ? { reasons: true } : {}),
    ...(typeof limit === 'number' ? { limit } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(stops.length === 0 ? {} : { stops }),
  }
}

function readDeclaration(declared: JsonObject) {
  closed(declared, ['name', 'description', 'parametersJsonSchema', 'parameters'], 'function')
  const name = asString(declared['name']) ?? ''
  if (!/^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/.test(name)) fault('the name of a function')
  return {
    name,
    description: asString(declared['description']) ?? '',
    schema: asObject(declared['parametersJsonSchema']) ?? fault('a function without parameters'),
  }
}

function readChoice(body: JsonObject): Choice | undefined {
  const config = asObject(asObject(body['toolConfig'])?.['functionCallingConfig'])
  if (config === undefined) return undefined
  const [name] = asArray(config['allowedFunctionNames']).map(String)
  if (config['mode'] === 'ANY' && name !== undefined) return { name }
  const words: Readonly<Record<string, Choice>> = { AUTO: 'auto', ANY: 'required', NONE: 'none' }
  return words[asString(config['mode']) ?? ''] ?? fault('functionCallingConfig.mode')
}

const partFields = words(
  'text inlineData fileData functionCall functionResponse thought thoughtSignature',
)

function readContent(content: JsonObject, ledger: Ledger): Turn {
  closed(content, ['role', 'parts'], 'content')
  const parts = asArray(content['parts']).map((each) => {
    const part = asObject(each) ?? {}
    closed(part, partFields, 'part')
    return part
  })
  if (parts.length === 0) fault('contents.parts must not be empty')
  if (content['role'] === 'model') return readModel(parts, ledger)
  if (content['role'] !== 'user') fault('Please use a valid role: user, model.')
  const read = parts.map((part) => readPart(part, ledger))
  ledger.settle()
  return { role: 'user', parts: read }
}

function readModel(parts: readonly JsonObject[], ledger: Ledger): Turn {
  const thoughts: Thought[] = []
  const calls: Call[] = []
  let text: string | undefined
  for (const part of parts) {
    const signature = asString(part['thoughtSignature'])
    const call = asObject(part['functionCall'])
    if (call !== undefined) {
      const name = asString(call['name']) ?? fault('a call without name')
      const id = asString(call['id']) ?? `${calls.length} ${name}`
      calls.push(ledger.call({ id, name, args: asObject(call['args']) ?? {} }))
      if (signature !== undefined && signature !== standIn) {
        thoughts.push({ text: '', signature: requireProof(signature, gemini) })
      }
      continue
    }
    const said = asString(part['text']) ?? fault('a part of the model without text')
    const last = thoughts.at(-1)
    const isPiece = last !== undefined && last.signature === undefined
    if (part['thought'] === true && isPiece) {
      thoughts[thoughts.length - 1] = { text: last.text + said }
    } else if (part['thought'] === true) thoughts.push({ text: said })
    else if (said !== '') text = (text ?? '') + said
    if (signature !== undefined)
      thoughts.push({ text: '', signature: requireProof(signature, gemini) })
  }
  return {
    role: 'assistant',
    ...(thoughts.length === 0 ? {} : { thoughts }),
    ...(text === undefined ? {} : { text }),
    ...(calls.length === 0 ? {} : { calls }),
  }
}

/** What Google takes for a signature where another model made the call. */
const standIn = 'skip_thought_signature_validator'

/** https://ai.google.dev/gemini-api/docs/thought-signatures */
function checkSignatures(contents: readonly JsonObject[]): void {
  for (const content of contents) {
    const parts = asArray(content['parts']).map((each) => asObject(each) ?? {})
    const first = parts.find((part) => part['functionCall'] !== undefined)
    if (first === undefined) continue
    const signature = asString(first['thoughtSignature']) ?? ''
    if (signature === '') fault('Function call is missing a thought_signature')
  }
}

function readPart(part: JsonObject, ledger: Ledger): Part {
  const inline = asObject(part['inlineData'])
  if (inline !== undefined) return readInline(inline)
  const file = asObject(part['fileData'])
  if (file !== undefined) {
    if (asString(file['mimeType']) === undefined) fault('fileData.mimeType')
    return { type: 'image-url', url: asString(file['fileUri']) ?? '' }
  }
  const response = asObject(part['functionResponse'])
  if (response === undefined) {
    return { type: 'text', text: asString(part['text']) ?? fault('a part without data') }
  }
  const given = asObject(response['response']) ?? fault('function_response.response')
  const error = asString(given['error'])
  const text = error ?? asString(given['output']) ?? JSON.stringify(given)
  const media = asArray(response['parts']).map((each) => readPart(asObject(each) ?? {}, ledger))
  const parts: Part[] = [{ type: 'text', text }, ...media]
  const id = asString(response['id'])
  const name = asString(response['name']) ?? fault('function_response.name')
  return id === undefined
    ? ledger.resultOf(name, parts, error !== undefined)
    : ledger.result(id, parts, error !== undefined)
}

function readInline(inline: JsonObject): Part {
  closed(inline, ['mimeType', 'data', 'displayName'], 'inlineData')
  const mediaType = asString(inline['mimeType']) ?? fault('inlineData.mimeType')
  const data = asString(inline['data']) ?? fault('inlineData.data')
  const title = asString(inline['displayName'])
  if (mediaType.startsWith('image/')) return { type: 'image', mediaType, data }
  return { type: 'document', mediaType, data, ...(title === undefined ? {} : { title }) }
}

function partsOf(say: Say): JsonObject[] {
  const thoughts = say.thoughts ?? []
  const proof = thoughts.find(({ signature }) => signature !== undefined)?.signature
  const told = thoughts.map(({ text }) => text).join('')
  const signed = proof === undefined ? {} : { thoughtSignature: proof }
  const calls = (say.calls ?? []).map(({ id, name, args }, index) => ({
    functionCall: { id, name, args },
    ...(index === 0 ? signed : {}),
  }))
  const text = { text: say.text ?? '', ...(calls.length === 0 ? signed : {}) }
  return [
    ...(told === '' ? [] : [{ text: told, thought: true }]),
    ...(say.text === undefined ? [] : [text]),
    ...calls,
  ]
}

const reasons: Readonly<Record<Stop, string>> = {
  end: 'STOP',
  'max-tokens': 'MAX_TOKENS',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  blocked: 'SAFETY',
}

function sourcesOf({ cites }: Say): JsonObject {
  if (cites === undefined) return {}
  const groundingChunks = [{ web: { uri: cites, title: 'A source' } }]
  return { groundingMetadata: { groundingChunks } }
}

function chunk(
  say: Say,
  model: string,
  { parts, isLast }: { readonly parts: JsonObject[]; readonly isLast: boolean },
): JsonObject {
  const { input, output, read, reasoning = 0 } = say.usage
  return {
    candidates: [
      {
        content: { role: 'model', parts },
        ...(isLast ? { finishReason: reasons[say.stop], ...sourcesOf(say) } : {}),
        index: 0,
      },
    ],
    usageMetadata: compact({
      promptTokenCount: input,
      candidatesTokenCount: output - reasoning,
      thoughtsTokenCount: reasoning === 0 ? undefined : reasoning,
      cachedContentTokenCount: read,
      totalTokenCount: input + output,
    }),
    modelVersion: model,
    responseId: 'response1',
  }
}

/** Calls come whole; a signature of an answer comes with an empty text at the end. */
function* streamOf(say: Say, model: string): Generator<Piece> {
  const event = (part: JsonObject, words: string): Piece => ({
    wire: writeEvent(chunk(say, model, { parts: [part], isLast: false })),
    words,
  })
  let proof: JsonObject = {}
  for (const part of partsOf(say)) {
    const { text, functionCall, thoughtSignature, ...rest } = part
    if (functionCall !== undefined) yield event(part, JSON.stringify(functionCall))
    else {
      for (const piece of pieces(asString(text) ?? '')) yield event({ text: piece, ...rest }, piece)
      if (thoughtSignature !== undefined) proof = { thoughtSignature }
    }
  }
  const parts = [{ text: '', ...proof }]
  yield { wire: writeEvent(chunk(say, model, { parts, isLast: true })), words: '' }
}

const faults = {
  'rate-limit': [429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.'],
  'context-window': [
    400,
    'INVALID_ARGUMENT',
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  ],
  overloaded: [503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'],
  invalid: [400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'],
} as const

function writeFault(kind: keyof typeof faults): WireFault {
  const [code, status, message] = faults[kind]
  const headers = kind === 'rate-limit' ? { 'retry-after': String(retryAfterSeconds) } : {}
  return { status: code, headers, body: { error: { code, message, status } } }
}
