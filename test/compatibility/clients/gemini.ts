import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { compact, fault, parseObject } from '../vocabulary.ts'
import type { Ask, FaultKind, Heard, HeardFault, Part, Stop, Turn } from '../vocabulary.ts'
import { checkBy, count, list, name, object, oneOf, readEvents, text } from '../wire.ts'
import type { Client } from './client.ts'

/** https://ai.google.dev/api/generate-content */
export const gemini: Client = {
  name: 'gemini',
  path: (model, stream) =>
    `/gemini/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  write,
  readAnswer: (body) => heardOf(checkAnswer(body), []),
  readStream,
  readFault: (body) => faultOf(checkError(body)),
  readStreamFault(bytes) {
    const last = readEvents(bytes).at(-1)
    return faultOf(checkError(parseObject(last?.data ?? '', 'the last chunk')))
  },
  counts: ['read', 'reasoning'],
  streamsArguments: false,
  namesModel: true,
}

function write(ask: Ask): JsonObject | undefined {
  const hasMarks =
    ask.systemMark !== undefined ||
    ask.tools?.some(({ mark }) => mark !== undefined) === true ||
    ask.turns.some((turn) => turn.role === 'user' && turn.parts.some((part) => 'mark' in part))
  // Caches have names here, and how many functions are called is the model's to say.
  if (hasMarks || ask.single === true) return undefined
  const contents = ask.turns.map((turn) => ({
    role: turn.role === 'user' ? 'user' : 'model',
    parts: turn.role === 'user' ? turn.parts.flatMap(writePart) : partsOf(turn),
  }))
  const config = compact({
    maxOutputTokens: ask.limit,
    temperature: ask.temperature,
    topP: ask.topP,
    stopSequences: ask.stops && [...ask.stops],
    thinkingConfig:
      ask.reasons === true ? { includeThoughts: true, thinkingBudget: 2048 } : undefined,
    responseMimeType: ask.shape && 'application/json',
    responseJsonSchema: typeof ask.shape === 'object' ? ask.shape : undefined,
  })
  return compact({
    systemInstruction: ask.system === undefined ? undefined : { parts: [{ text: ask.system }] },
    contents,
    tools: ask.tools && [
      {
        functionDeclarations: ask.tools.map((tool) => ({
          name: tool.name,
          description: tool.description,
          parametersJsonSchema: tool.schema,
        })),
      },
    ],
    toolConfig: ask.choice && { functionCallingConfig: modeOf(ask.choice) },
    generationConfig: config,
  })
}

function modeOf(choice: NonNullable<Ask['choice']>): JsonObject {
  if (typeof choice === 'object') return { mode: 'ANY', allowedFunctionNames: [choice.name] }
  return { mode: { auto: 'AUTO', none: 'NONE', required: 'ANY' }[choice] }
}

function partsOf(turn: Extract<Turn, { role: 'assistant' }>): JsonObject[] {
  if (turn.kept !== undefined) return [...turn.kept]
  const said = turn.text === undefined ? [] : [{ text: turn.text }]
  const calls = (turn.calls ?? []).map(({ id, name: called, args }) => ({
    functionCall: { id, name: called, args },
  }))
  return [...said, ...calls]
}

function writePart(part: Part): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [{ text: part.text }]
    case 'image':
      return [{ inlineData: { mimeType: part.mediaType, data: part.data } }]
    case 'image-url':
      return [{ fileData: { mimeType: 'image/png', fileUri: part.url } }]
    case 'document': {
      const inlineData = compact({
        mimeType: part.mediaType,
        data: part.data,
        displayName: part.title,
      })
      return [{ inlineData }]
    }
    case 'result': {
      const said = part.parts.flatMap((inner) => (inner.type === 'text' ? [inner.text] : []))
      const media = part.parts.filter(({ type }) => type !== 'text').flatMap(writePart)
      const { id, name: called } = part.call
      const response = { [part.isError === true ? 'error' : 'output']: said.join('') }
      const parts = media.length === 0 ? {} : { parts: media }
      return [{ functionResponse: { id, name: called, response, ...parts } }]
    }
    default:
      return part satisfies never
  }
}

const part = {
  anyOf: [
    object({ text }, { thought: { type: 'boolean' }, thoughtSignature: text }),
    object({ functionCall: object({ name, args: object({}) }, { id: name }) }),
    object({ inlineData: object({ mimeType: name, data: text }) }),
  ],
}
const finish = oneOf('STOP', 'MAX_TOKENS', 'SAFETY', 'PROHIBITED_CONTENT', 'RECITATION', 'OTHER')
const usage = object(
  { promptTokenCount: count, totalTokenCount: count },
  { candidatesTokenCount: count, thoughtsTokenCount: count, cachedContentTokenCount: count },
)
const candidate = object(
  {},
  {
    content: object({ role: oneOf('model'), parts: list(part) }),
    finishReason: finish,
    index: count,
  },
)
const feedback = object({ blockReason: name })
const checkAnswer = checkBy('GenerateContentResponse', {
  ...object(
    { modelVersion: text, responseId: name },
    { candidates: list(candidate), usageMetadata: usage, promptFeedback: feedback },
  ),
  anyOf: [{ required: ['candidates'] }, { required: ['promptFeedback'] }],
})
const checkError = checkBy(
  'error',
  object({
    error: object({
      code: { type: 'integer', minimum: 400, maximum: 599 },
      message: name,
      status: { type: 'string', pattern: '^[A-Z_]+$' },
    }),
  }),
)

function readStream(bytes: Uint8Array): Heard {
  const chunks = readEvents(bytes).map(({ data }) => checkAnswer(parseObject(data, 'a chunk')))
  const finished = chunks.findIndex((chunk) => finishOf(chunk) !== undefined)
  if (finished >= 0 && finished < chunks.length - 1) fault('chunks follow the finish reason')
  return heardOf(chunks.at(-1) ?? {}, chunks.slice(0, -1))
}

/** The official chats keep every part of every chunk. */
function heardOf(last: JsonObject, before: readonly JsonObject[]): Heard {
  const parts = [...before, last].flatMap((chunk) => {
    const content = asObject(asObject(asArray(chunk['candidates'])[0])?.['content'])
    return asArray(content?.['parts']).map((each) => asObject(each) ?? {})
  })
  const isThought = (each: JsonObject): boolean => each['thought'] === true
  const thought = parts.filter(isThought).map((each) => asString(each['text']) ?? '')
  const isSigned = parts.some((each) => each['thoughtSignature'] !== undefined)
  const calls = parts.flatMap((each, index) => {
    const call = asObject(each['functionCall'])
    if (call === undefined) return []
    const id = asString(call['id']) ?? `call_${index}`
    return [{ id, name: asString(call['name']) ?? '', args: asObject(call['args']) ?? {} }]
  })
  return {
    model: asString(last['modelVersion']) ?? '',
    thoughts:
      thought.length > 0 || isSigned
        ? [{ text: thought.join(''), ...(isSigned ? { signature: 'given' } : {}) }]
        : [],
    text: parts
      .filter((each) => !isThought(each))
      .map((each) => asString(each['text']) ?? '')
      .join(''),
    ...citedIn(last),
    calls,
    stops: stopsOf(last, calls.length > 0),
    usage: usageOf(asObject(last['usageMetadata']) ?? fault('there is no usage')),
    kept: parts,
  }
}

function citedIn(last: JsonObject): Pick<Heard, 'cites'> {
  const candidate = asObject(asArray(last['candidates'])[0])
  const [chunk] = asArray(asObject(candidate?.['groundingMetadata'])?.['groundingChunks'])
  const url = asString(asObject(asObject(chunk)?.['web'])?.['uri'])
  return url === undefined ? {} : { cites: url }
}

function finishOf(chunk: JsonObject): string | undefined {
  return asString(asObject(asArray(chunk['candidates'])[0])?.['finishReason'])
}

function stopsOf(last: JsonObject, hasCalls: boolean): Stop[] {
  if (last['promptFeedback'] !== undefined) return ['blocked']
  const reason = finishOf(last)
  if (reason === 'MAX_TOKENS') return ['max-tokens']
  if (reason === 'SAFETY' || reason === 'PROHIBITED_CONTENT') return ['blocked']
  if (reason !== 'STOP') return []
  return hasCalls ? ['tool-calls'] : ['end', 'stop-sequence']
}

/** Thoughts are counted beside the candidates. */
function usageOf(told: JsonObject): Heard['usage'] {
  const input = asNumber(told['promptTokenCount']) ?? 0
  const reasoning = asNumber(told['thoughtsTokenCount']) ?? 0
  const output = (asNumber(told['candidatesTokenCount']) ?? 0) + reasoning
  if (told['totalTokenCount'] !== input + output) fault('totalTokenCount is not the sum')
  return { input, output, reasoning, read: asNumber(told['cachedContentTokenCount']) ?? 0 }
}

function faultOf(body: JsonObject): HeardFault {
  const error = asObject(body['error']) ?? {}
  const message = asString(error['message']) ?? ''
  const violation = asArray(error['details'])
    .flatMap((each) => asArray(asObject(each)?.['fieldViolations']))
    .map((each) => asString(asObject(each)?.['field']))
    .find((each) => each !== undefined)
  return {
    kind: kindOf(asString(error['status']) ?? '', message),
    message,
    ...(violation === undefined ? {} : { param: violation }),
  }
}

function kindOf(word: string, message: string): FaultKind | 'other' {
  if (word === 'RESOURCE_EXHAUSTED') return 'rate-limit'
  if (word === 'UNAVAILABLE' || word === 'INTERNAL') return 'overloaded'
  if (word !== 'INVALID_ARGUMENT') return 'other'
  return /token count.*exceeds the maximum/i.test(message) ? 'context-window' : 'invalid'
}
