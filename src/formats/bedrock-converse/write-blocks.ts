import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { inputOf } from '../anthropic-messages/write-blocks.ts'
import type { Warn } from '../format.ts'
import type { CacheMark, NeutralMessage, NeutralPart } from '../neutral.ts'
import { isBase64 } from './answer.ts'
import { foreignSignature, ownSignature } from '../origin.ts'
import { toolIdOf } from './tool-id.ts'
import { createMediaWriter, type MediaWriter } from './write-media.ts'

/** Where a part stands, for warnings and errors. */
export interface WritePosition {
  readonly role: NeutralMessage['role']
  readonly path: string
  /** Within the content of a tool result. */
  readonly inResult: boolean
  readonly warn: Warn
}

/** Writes the blocks of one request. */
export interface BlockWriter {
  /** Writes the parts of one message; what Converse has no block for is warned about. */
  write(message: NeutralMessage, path: string): readonly JsonObject[]
}

/** Opens a writer of the blocks of one request. Stateful: the names of documents must not repeat. */
export function createBlockWriter(options: {
  readonly warn: Warn
  readonly withCachePoints: boolean
}): BlockWriter {
  const media = createMediaWriter()
  const { warn, withCachePoints } = options

  function writeAll(parts: readonly NeutralPart[], at: WritePosition): JsonObject[] {
    return parts.flatMap((part, index) => {
      const inside = { ...at, path: `${at.path}.content[${index}]` }
      const block = writeBlock(part, inside)
      if (block === undefined) return []
      const mark = 'cacheMark' in part ? part.cacheMark : undefined
      if (mark === undefined) return [block]
      if (withCachePoints && !at.inResult) return [block, cachePoint(mark)]
      warn({ type: 'dropped', field: `${inside.path}.cache_control` })
      return [block]
    })
  }

  function writeBlock(part: NeutralPart, at: WritePosition): JsonObject | undefined {
    switch (part.type) {
      case 'text':
        return writeText(part.text, at)
      case 'image':
      case 'document':
      case 'audio':
        return writeMediaBlock(part, at, media)
      case 'tool-result':
        return writeToolResult(part, at, writeAll)
      case 'tool-call':
        return writeToolCall(part, at)
      case 'reasoning':
        return writeReasoning(part, at)
      case 'redacted-reasoning':
        return writeRedacted(part.data, at)
      case 'refusal':
        warn({ type: 'changed', field: at.path, detail: 'sent as text' })
        return writeText(part.text, at)
      default:
        return part satisfies never
    }
  }

  return {
    write: (message, path) =>
      writeAll(message.content, { role: message.role, path, inResult: false, warn }),
  }
}

/** Writes a prompt-cache mark as the block that stands behind what it marks. */
export function cachePoint(mark: CacheMark): JsonObject {
  return { cachePoint: { type: 'default', ...(mark.ttl !== undefined && { ttl: mark.ttl }) } }
}

/** Warns that a part is not sent. */
export function drop(at: WritePosition, detail?: string): undefined {
  at.warn({ type: 'dropped', field: at.path, ...(detail !== undefined && { detail }) })
  return undefined
}

/** Writes text; Bedrock refuses blocks without a visible character. */
function writeText(text: string, at: WritePosition): JsonObject | undefined {
  if (text === '') return undefined
  return text.trim() === '' ? drop(at) : { text }
}

function writeMediaBlock(
  part: Extract<NeutralPart, { type: 'image' | 'document' | 'audio' }>,
  at: WritePosition,
  media: MediaWriter,
): JsonObject | undefined {
  const isPlace = at.role === 'user' || at.inResult
  return (isPlace ? media.write(part, at) : undefined) ?? drop(at)
}

function writeToolResult(
  part: Extract<NeutralPart, { type: 'tool-result' }>,
  at: WritePosition,
  writeAll: (parts: readonly NeutralPart[], at: WritePosition) => JsonObject[],
): JsonObject {
  const content = writeAll(
    part.content.filter((each) => fitsResult(each, at)),
    {
      ...at,
      inResult: true,
    },
  )
  const status = part.isError === true ? { status: 'error' } : {}
  return { toolResult: { toolUseId: toolIdOf(part.callId), content, ...status } }
}

function fitsResult(part: NeutralPart, at: WritePosition): boolean {
  if (part.type === 'text' || part.type === 'image' || part.type === 'document') return true
  drop(at)
  return false
}

function writeToolCall(
  part: Extract<NeutralPart, { type: 'tool-call' }>,
  at: WritePosition,
): JsonObject | undefined {
  if (at.role !== 'assistant') return drop(at)
  const input = inputOf(part.arguments)
  if (input === undefined) {
    const param = `${at.path}.function.arguments`
    throw new GatewayError('invalid_request', `${param} must be the text of a JSON object.`, {
      param,
    })
  }
  return { toolUse: { toolUseId: toolIdOf(part.id), name: part.name, input } }
}

/** Writes reasoning; without its signature Claude refuses it, and no other model takes it back. */
function writeReasoning(
  part: Extract<NeutralPart, { type: 'reasoning' }>,
  at: WritePosition,
): JsonObject | undefined {
  const signature = ownSignature(part.signature, 'claude')
  if (signature === undefined && part.signature !== undefined) return drop(at, foreignSignature)
  if (signature === undefined || at.role !== 'assistant') return drop(at)
  return { reasoningContent: { reasoningText: { text: part.text, signature } } }
}

function writeRedacted(data: string, at: WritePosition): JsonObject | undefined {
  if (at.role !== 'assistant' || !isBase64(data)) return drop(at)
  return { reasoningContent: { redactedContent: data } }
}
