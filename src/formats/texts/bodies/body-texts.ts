import { GatewayError } from '../../../core/errors.ts'
import type { TextSegment } from '../segments.ts'
import type { ToolUse } from '../tools.ts'
import { UnreadError } from './collection.ts'
import type { AttachmentCount, TextCollection } from './collection.ts'
import type { JoinedText } from './joined.ts'

/** What there is to read in a body, whatever it is. */
export interface ReadBody {
  readonly segments: readonly TextSegment[]
  /** Places of prompts that are numbers of tokens: nobody here can read them. */
  readonly tokens: readonly string[]
  /** What is attached, by kind; pictures, sound and film count as attachments, never as unreadable bodies. */
  readonly attachments: readonly AttachmentCount[]
  readonly tools: readonly ToolUse[]
  /**
   * Text parts that their reader takes for one text. What is found in the joined text is led back to its
   * parts by `rangesIn`. Each part is a segment as well; in answers it should be judged in the joined text
   * alone, as in a stream.
   */
  readonly joined: readonly JoinedText[]
  /** An object names a member twice, or a form a field: two readers could read two different bodies. */
  readonly hasRepeatedMembers: boolean
  /** `false` where something may be said that nobody here can read. */
  readonly isReadable: boolean
  /** Why it is not readable, in words without content. */
  readonly reason?: string
}

/** Finishes a reading. */
export function bodyOf(collection: TextCollection, reason?: string): ReadBody {
  const { segments, tokens, attachments, tools, joined, hasRepeatedMembers } = collection
  const isReadable = reason === undefined
  return {
    segments,
    tokens,
    attachments,
    tools,
    joined,
    hasRepeatedMembers,
    isReadable,
    ...(reason !== undefined && { reason }),
  }
}

/** Runs a reader; returns why it could not read all, for a body beyond any measure. */
export function readWithin(read: () => void): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof UnreadError) return error.message
    const isTooDeep = error instanceof GatewayError && error.code === 'compliance_unavailable'
    // The engine's own limit, where arguments of a tool are written as text.
    if (isTooDeep || error instanceof RangeError) {
      return 'a value that is nested too deeply'
    }
    throw error
  }
}

/** Returns the new texts that differ from what stands at their places; those of other places are left out. */
export function changesOf(
  segments: readonly TextSegment[],
  texts: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const changes = new Map<string, string>()
  if (texts.size === 0) return changes
  for (const { place, text } of segments) {
    const words = texts.get(place)
    if (words !== undefined && words !== text) changes.set(place, words)
  }
  return changes
}
