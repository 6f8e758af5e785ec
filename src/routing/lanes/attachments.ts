import { asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

/** Types of parts that hold or name a file, in the formats that type their parts. */
const types: ReadonlySet<string> = new Set([
  'image',
  'image_url',
  'input_image',
  'document',
  'file',
  'input_file',
  'input_audio',
  'audio',
  'audio_url',
  'video',
  'video_url',
])
/** Members that hold or name a file, in the formats that do not. */
const members = [
  'inlineData',
  'inline_data',
  'fileData',
  'file_data',
  'image',
  'document',
  'video',
  'audio',
] as const
/** How deep the data of an attachment stands in its part, and among how many members. */
const maxDepth = 4
const maxMembers = 16

/** Tells whether a part of a turn is an image, a document or the like. */
export function isAttachment(part: JsonObject): boolean {
  const type = asString(part['type'])
  if (type !== undefined) return types.has(type)
  return members.some((name) => part[name] !== undefined)
}

/** Returns the length of the texts in an attachment: that of its data, about. */
export function attachedLength(value: JsonValue | undefined, depth = 0): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth >= maxDepth) {
    return 0
  }
  let length = 0
  let members = 0
  for (const name in value) {
    length += attachedLength(value[name], depth + 1)
    members += 1
    if (members >= maxMembers) break
  }
  return length
}
