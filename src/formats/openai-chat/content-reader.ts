import {
  asArray,
  asObject,
  asString,
  isObject,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import type {
  AudioPart,
  BinarySource,
  CacheMark,
  DocumentPart,
  ImagePart,
  NeutralPart,
  ReasoningPart,
  TextPart,
} from '../neutral.ts'
import {
  fieldPath,
  objectElement,
  optionalString,
  pruned,
  refuse,
  requiredName,
  requiredObject,
  requiredString,
  type LossList,
} from './fields.ts'
import { readUrlSource } from './media.ts'

/** Reads `content`: a string or an array of parts. The empty string is no part at all. */
export function readContent(value: JsonValue, path: string, lost: LossList): NeutralPart[] {
  if (typeof value === 'string') {
    return value === '' ? [] : [lost.trace.note({ type: 'text', text: value }, path)]
  }
  if (!Array.isArray(value)) return refuse(path, 'a string or an array of content parts')
  return value.flatMap((element, index) => {
    const partPath = `${path}[${index}]`
    const part = readPart(objectElement(element, partPath), partPath, lost)
    return part === undefined ? [] : [lost.trace.note(part, partPath)]
  })
}

/**
 * Reads a prompt-cache mark: `cache_control` as Anthropic, OpenRouter and LiteLLM write it, or
 * OpenAI's `prompt_cache_breakpoint`, whose lifetimes no one else knows.
 */
export function readCacheMark(
  object: JsonObject,
  path: string,
  lost: LossList,
): CacheMark | undefined {
  const control = object['cache_control']
  if (isObject(control)) {
    const ttl = control['ttl']
    if (ttl === '5m' || ttl === '1h') return { ttl }
    if (ttl !== undefined && ttl !== null) lost.add(fieldPath(path, 'cache_control.ttl'))
    return {}
  }
  const breakpoint = object['prompt_cache_breakpoint']
  if (!isObject(breakpoint)) return undefined
  if (breakpoint['ttl'] !== undefined) lost.add(fieldPath(path, 'prompt_cache_breakpoint.ttl'))
  return {}
}

/** A part has its type, a field named after it, and perhaps a mark. */
const knownPartFields = new Set([
  'type',
  'text',
  'image_url',
  'input_audio',
  'file',
  'refusal',
  'thinking',
  'signature',
  'cache_control',
  'prompt_cache_breakpoint',
])
const partTypes = new Set(['text', 'image_url', 'input_audio', 'file', 'refusal', 'thinking'])
const knownImageFields = new Set(['url', 'detail'])
const knownFileFields = new Set(['file_data', 'file_id', 'filename'])

function readPart(part: JsonObject, path: string, lost: LossList): NeutralPart | undefined {
  const type = requiredString(part, 'type', path)
  // A part of an unknown type is lost as a whole.
  if (partTypes.has(type)) lost.addUnknown(part, knownPartFields, path)
  const cacheMark = readCacheMark(part, path, lost)
  switch (type) {
    case 'text':
      return pruned<TextPart>({ type, text: requiredString(part, 'text', path), cacheMark })
    case 'image_url':
      return pruned<ImagePart>({ ...readImage(part, path, lost), cacheMark })
    case 'input_audio':
      return readAudio(requiredObject(part, type, path), fieldPath(path, type))
    case 'file':
      return pruned<DocumentPart>({ ...readFile(part, path, lost), cacheMark })
    case 'refusal':
      return { type, text: requiredString(part, 'refusal', path) }
    case 'thinking':
      return pruned<ReasoningPart>({
        type: 'reasoning',
        text: readThinking(part['thinking']),
        signature: optionalString(part, 'signature', path),
      })
    default:
      lost.add(path)
      return undefined
  }
}

function readImage(part: JsonObject, path: string, lost: LossList): ImagePart {
  const value = part['image_url']
  const imagePath = fieldPath(path, 'image_url')
  // Several servers take the URL without the object around it.
  if (typeof value === 'string') return { type: 'image', source: readUrlSource(value, imagePath) }
  const image = requiredObject(part, 'image_url', path)
  lost.addUnknown(image, knownImageFields, imagePath)
  const url = requiredName(image, 'url', imagePath)
  return pruned<ImagePart>({
    type: 'image',
    source: readUrlSource(url, fieldPath(imagePath, 'url')),
    detail: optionalString(image, 'detail', imagePath),
  })
}

function readAudio(audio: JsonObject, path: string): AudioPart {
  return {
    type: 'audio',
    data: requiredString(audio, 'data', path),
    format: requiredName(audio, 'format', path),
  }
}

function readFile(part: JsonObject, path: string, lost: LossList): DocumentPart {
  const file = requiredObject(part, 'file', path)
  const filePath = fieldPath(path, 'file')
  lost.addUnknown(file, knownFileFields, filePath)
  const fileId = optionalString(file, 'file_id', filePath)
  const data = optionalString(file, 'file_data', filePath)
  const title = optionalString(file, 'filename', filePath)
  if (fileId)
    return pruned<DocumentPart>({ type: 'document', source: { type: 'file', fileId }, title })
  if (!data) return refuse(filePath, 'an object with file_id or file_data')
  return pruned<DocumentPart>({
    type: 'document',
    source: readFileData(data, fieldPath(filePath, 'file_data')),
    title,
  })
}

function readFileData(data: string, path: string): BinarySource {
  if (/^(data|https?):/i.test(data)) return readUrlSource(data, path)
  return { type: 'base64', mediaType: 'application/pdf', data }
}

/** Text of Mistral's `thinking` parts: a string or an array of text parts. */
export function readThinking(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  return asArray(value)
    .map((part) => asString(asObject(part)?.['text']) ?? '')
    .join('')
}
