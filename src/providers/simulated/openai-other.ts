import { asArray, asNumber, asString } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'
import type { Form, SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { jsonReply } from './reply.ts'
import type { Reply, WholeReply } from './reply.ts'
import { estimateTokens, hashText, textOf } from './text.ts'

const maxDimensions = 8_192
const maxInputs = 2_048
/** Numbers of all vectors of an answer, and comparisons of a ranking: about a second of work. */
const maxNumbers = 4_000_000
const dimensionsByModel: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 1_536,
  'text-embedding-3-large': 3_072,
  'text-embedding-ada-002': 1_536,
}
const defaultDimensions = 256

// The smallest complete image: one grey pixel.
const pixelPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='

/** Answers `POST /v1/embeddings` with unit vectors that depend on the text alone. */
export function answerEmbeddings(call: SimulatedCall): Reply {
  const { body } = call
  const inputs = readInputs(body['input'])
  const known = Object.hasOwn(dimensionsByModel, call.model)
    ? dimensionsByModel[call.model]
    : undefined
  const dimensions = asNumber(body['dimensions']) ?? known ?? defaultDimensions
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > maxDimensions) {
    throw new ProviderRefusal(400, "'dimensions' is out of range.", { param: 'dimensions' })
  }
  if (inputs.length * dimensions > maxNumbers) {
    throw new ProviderRefusal(400, "'input' asks for more numbers than a simulation makes.", {
      param: 'input',
    })
  }
  const data = inputs.map((text, index) => {
    const vector = unitVector(text, dimensions)
    const asBase64 = body['encoding_format'] === 'base64'
    const embedding = asBase64 ? Buffer.from(vector.buffer).toString('base64') : Array.from(vector)
    return { object: 'embedding', index, embedding }
  })
  const tokens = inputs.reduce((sum, text) => sum + estimateTokens(text), 0)
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  const counted = call.behaviour.noUsage === true ? {} : { usage }
  return jsonReply({ object: 'list', data, model: call.model, ...counted })
}

/** Answers `POST /v1/moderations`: nothing is ever flagged. */
export function answerModerations(call: SimulatedCall): Reply {
  const names = ['harassment', 'hate', 'illicit', 'self-harm', 'sexual', 'violence']
  const all = <T>(value: T) => Object.fromEntries(names.map((name) => [name, value]))
  const { input } = call.body
  if (input === undefined) throw new ProviderRefusal(400, "'input' is missing.", { param: 'input' })
  const result = { flagged: false, categories: all(false), category_scores: all(0) }
  const count =
    Array.isArray(input) && input.every((item) => typeof item === 'string') ? input.length : 1
  const results = Array.from({ length: Math.max(count, 1) }, () => result)
  return jsonReply({ id: `modr-sim-${call.id}`, model: call.model, results })
}

/** Answers `POST /v1/audio/speech` with a short silent WAV file, longer for longer input. */
export function answerSpeech(call: SimulatedCall): Reply {
  const input = asString(call.body['input'])
  if (input === undefined) throw new ProviderRefusal(400, "'input' is missing.", { param: 'input' })
  const milliseconds = Math.min(50 + input.length, 2_000)
  return {
    type: 'whole',
    status: 200,
    headers: { 'content-type': 'audio/wav' },
    body: silentWav(milliseconds),
    tokens: estimateTokens(input),
  }
}

/** Answers `POST /v1/images/generations` and `/edits` with one-pixel PNG files. */
export function answerImages(call: SimulatedCall): Reply {
  const count = Math.min(asNumber(call.body['n']) ?? 1, 10)
  const data = Array.from({ length: count }, () => ({
    b64_json: pixelPng,
    revised_prompt: 'A simulated image: one grey pixel.',
  }))
  const inputTokens = estimateTokens(textOf(call.body['prompt']))
  const usage = {
    input_tokens: inputTokens,
    output_tokens: count,
    total_tokens: inputTokens + count,
  }
  return jsonReply({ created: call.createdAt, data, usage })
}

/** Answers `POST /v1/audio/transcriptions` and `/translations`: names the file, hears nothing. */
export function answerTranscription(form: Form): Reply {
  const file = form.get('file')
  if (!(file instanceof Blob))
    throw new ProviderRefusal(400, "'file' is missing.", { param: 'file' })
  const text = `This is a simulated transcription of ${file.size} bytes.`
  const format = form.get('response_format')
  if (format === 'text' || format === 'srt' || format === 'vtt') {
    return { ...jsonReply({}), headers: { 'content-type': 'text/plain' }, body: text + '\n' }
  }
  const usage = { type: 'duration', seconds: 1 }
  const verbose = { task: 'transcribe', language: 'english', duration: 1, segments: [] }
  return jsonReply({ text, ...(format === 'verbose_json' ? verbose : {}), usage })
}

/** Answers `POST /v1/rerank`: scores each document by the words it shares with the query. */
export function answerRerank(call: SimulatedCall): Reply {
  const query = asString(call.body['query'])
  const documents = asArray(call.body['documents']).map(textOf)
  if (query === undefined || documents.length === 0) {
    throw new ProviderRefusal(400, "'query' and 'documents' are required.")
  }
  const withTexts = call.body['return_documents'] === true
  const results = rankDocuments(query, documents, asNumber(call.body['top_n'])).map((result) => ({
    ...result,
    ...(withTexts ? { document: { text: documents[result.index] ?? '' } } : {}),
  }))
  const tokens = estimateTokens(query + documents.join(''))
  return jsonReply({
    id: `rerank-sim-${call.id}`,
    model: call.model,
    results,
    usage: { total_tokens: tokens },
    meta: { billed_units: { search_units: 1 } },
  })
}

/** Scores each document by the words it shares with the query, and returns the best ones. */
export function rankDocuments(
  query: string,
  documents: readonly string[],
  count = documents.length,
): { readonly index: number; readonly relevance_score: number }[] {
  const wanted = wordsOf(query)
  if (wanted.size * documents.length > maxNumbers) {
    throw new ProviderRefusal(400, "'query' has more words than a simulation compares.")
  }
  return documents
    .map((text, index) => {
      const words = wordsOf(text)
      const shared = [...wanted].filter((word) => words.has(word)).length
      return { index, relevance_score: shared / Math.max(wanted.size, 1) }
    })
    .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    .slice(0, count)
}

/** Answers `GET /v1/models` in either dialect. */
export function answerModels(models: readonly string[], inAnthropicShape: boolean): WholeReply {
  if (!inAnthropicShape) return jsonReply({ object: 'list', data: models.map(openaiModel) })
  const data = models.map((id) => ({
    type: 'model',
    id,
    display_name: `${id} (simulated)`,
    created_at: '2026-01-01T00:00:00Z',
  }))
  const [first_id = null, last_id = null] = [models[0], models.at(-1)]
  return jsonReply({ data, has_more: false, first_id, last_id })
}

/** Describes one model as `GET /v1/models/{id}` does. */
export function openaiModel(id: string): {
  id: string
  object: string
  created: number
  owned_by: string
} {
  return { id, object: 'model', created: 1_767_225_600, owned_by: 'simulated' }
}

function readInputs(input: JsonValue | undefined): string[] {
  const list = Array.isArray(input) ? input : [input]
  const isTokens = list.length > 0 && list.every((item) => typeof item === 'number')
  // Tokens come as one list of numbers or a list of such lists; their JSON stands for the text.
  const texts = isTokens
    ? [JSON.stringify(list)]
    : list.map((item) => (Array.isArray(item) ? JSON.stringify(item) : asString(item)))
  const known = texts.filter((text) => text !== undefined && text !== '')
  if (known.length === texts.length && known.length > 0 && known.length <= maxInputs) {
    return known.map(String)
  }
  throw new ProviderRefusal(400, "'input' is not valid.", { param: 'input' })
}

/** Makes a vector of length 1 that depends on the text alone. */
export function unitVector(text: string, dimensions: number): Float32Array {
  let state = BigInt('0x' + hashText(text))
  const vector = new Float32Array(dimensions)
  let squares = 0
  for (let index = 0; index < dimensions; index++) {
    // splitmix64, enough to spread one hash over all dimensions.
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
    let mixed = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n)
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn)
    const value = Number(mixed >> 40n) / 2 ** 23 - 1
    vector[index] = value
    squares += value * value
  }
  const length = Math.sqrt(squares) || 1
  return vector.map((value) => value / length)
}

function silentWav(milliseconds: number): Uint8Array {
  const rate = 8_000
  const samples = Math.round((rate * milliseconds) / 1_000)
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(rate, 24)
  wav.writeUInt32LE(rate * 2, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples * 2, 40)
  return wav
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
}
