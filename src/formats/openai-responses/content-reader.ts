import type { JsonObject, JsonValue } from '../../core/json.ts'
import type {
  AudioPart,
  BinarySource,
  DocumentPart,
  ImagePart,
  NeutralPart,
  TextPart,
} from '../neutral.ts'
import { readCacheMark } from '../openai-chat/content-reader.ts'
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
} from '../openai-chat/fields.ts'
import { readUrlSource } from '../openai-chat/media.ts'

/** Reads content: a string or an array of parts. The empty string is no part at all. */
export function readContent(
  value: JsonValue | undefined,
  path: string,
  lost: LossList,
): NeutralPart[] {
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

// Files are chosen by the first of these that is set.
const knownFields: Readonly<Record<string, ReadonlySet<string>>> = {
  input_text: new Set(['type', 'text', 'prompt_cache_breakpoint']),
  output_text: new Set(['type', 'text']),
  text: new Set(['type', 'text']),
  refusal: new Set(['type', 'refusal']),
  input_image: new Set(['type', 'image_url', 'file_id', 'detail', 'prompt_cache_breakpoint']),
  input_file: new Set([
    'type',
    'file_id',
    'file_data',
    'file_url',
    'filename',
    'prompt_cache_breakpoint',
  ]),
  input_audio: new Set(['type', 'input_audio']),
}

function readPart(part: JsonObject, path: string, lost: LossList): NeutralPart | undefined {
  const type = requiredString(part, 'type', path)
  const known = Object.hasOwn(knownFields, type) ? knownFields[type] : undefined
  // A part of an unknown type is lost as a whole.
  if (known === undefined) {
    lost.add(path)
    return undefined
  }
  lost.addUnknown(part, known, path)
  const cacheMark = readCacheMark(part, path, lost)
  switch (type) {
    case 'refusal':
      return { type, text: requiredString(part, 'refusal', path) }
    case 'input_image':
      return pruned<ImagePart>({ ...readImage(part, path), cacheMark })
    case 'input_file':
      return pruned<DocumentPart>({ ...readFile(part, path), cacheMark })
    case 'input_audio':
      return readAudio(part, path)
    default:
      return pruned<TextPart>({ type: 'text', text: requiredString(part, 'text', path), cacheMark })
  }
}

function readImage(part: JsonObject, path: string): ImagePart {
  const fileId = optionalString(part, 'file_id', path)
  const url = optionalString(part, 'image_url', path)
  const detail = optionalString(part, 'detail', path)
  if (fileId) return pruned<ImagePart>({ type: 'image', source: { type: 'file', fileId }, detail })
  if (!url) return refuse(path, 'an object with image_url or file_id')
  const source = readUrlSource(url, fieldPath(path, 'image_url'))
  return pruned<ImagePart>({ type: 'image', source, detail })
}

function readFile(part: JsonObject, path: string): DocumentPart {
  return pruned<DocumentPart>({
    type: 'document',
    source: readFileSource(part, path),
    title: optionalString(part, 'filename', path),
  })
}

function readFileSource(part: JsonObject, path: string): BinarySource {
  const fileId = optionalString(part, 'file_id', path)
  if (fileId) return { type: 'file', fileId }
  const data = optionalString(part, 'file_data', path)
  if (data) {
    if (/^data:/i.test(data)) return readUrlSource(data, fieldPath(path, 'file_data'))
    return { type: 'base64', mediaType: 'application/pdf', data }
  }
  const url = optionalString(part, 'file_url', path)
  if (url) return readUrlSource(url, fieldPath(path, 'file_url'))
  return refuse(path, 'an object with file_id, file_data or file_url')
}

function readAudio(part: JsonObject, path: string): AudioPart {
  const audio = requiredObject(part, 'input_audio', path)
  const audioPath = fieldPath(path, 'input_audio')
  return {
    type: 'audio',
    data: requiredString(audio, 'data', audioPath),
    format: requiredName(audio, 'format', audioPath),
  }
}
