import type { JsonObject } from '../../core/json.ts'
import type { OpenSessionFilter, SessionTextGate } from '../../core/session.ts'
import { bodyOf, changesOf, readWithin } from '../texts/bodies/body-texts.ts'
import type { ReadBody } from '../texts/bodies/body-texts.ts'
import { TextCollection } from '../texts/bodies/collection.ts'
import { jsonText } from '../texts/bodies/readable.ts'
import type { Scope } from '../texts/shape.ts'
import { openRealtimeGate } from './gate.ts'
import { eventRule } from './shapes.ts'
import { ToolNames } from './tool-names.ts'

/** The texts of an event, and the way to change them. */
export interface EventTexts extends ReadBody {
  /** Returns the event with new texts at their places; what does not change keeps its characters. */
  replace(texts: ReadonlyMap<string, string>): string
}

/** Reads the events of one session: it knows the tools that were called in it. */
export interface RealtimeReader {
  /** The texts of an event that the client sent, or that tells what it said aloud. */
  request(event: { readonly frame: string; readonly json: JsonObject }): EventTexts
  /** Opens the gate of what the provider says. */
  openGate(open: OpenSessionFilter): SessionTextGate
}

const asked: Scope = { role: 'user', kind: 'text' }

/** Opens the reader of one session. */
export function openRealtimeReader(): RealtimeReader {
  const tools = new ToolNames()
  return {
    request({ frame, json }) {
      const names = tools.forOneEvent()
      const collection = new TextCollection({
        direction: 'request',
        joins: 'content',
        tools: names,
      })
      const readable = jsonText(frame, json, { rule: eventRule, scope: asked })
      const fault = readWithin(() => readable.read(collection, ''))
      const read = bodyOf(collection, fault)
      return {
        ...read,
        replace(texts) {
          const changes = changesOf(read.segments, texts)
          return changes.size === 0 ? frame : readable.rewrite(changes)
        },
      }
    },
    openGate: (open) => openRealtimeGate(open, tools),
  }
}

const spoken = 'conversation.item.input_audio_transcription.'

/** Tells whether an event tells what the client said aloud: a `piece` of it, a longer `part`, or the `whole` of it. */
export function spokenBy(type: string | undefined): 'piece' | 'part' | 'whole' | undefined {
  if (type?.startsWith(spoken) !== true || type.endsWith('.failed')) return undefined
  if (type.endsWith('.delta')) return 'piece'
  return type.endsWith('.completed') ? 'whole' : 'part'
}

const sound = /^(?:input_audio_buffer\.append|response\.(?:output_)?audio\.delta)$/

/** Tells whether an event brings a piece of sound, of either side. */
export function bringsSound(type: string | undefined): boolean {
  return type !== undefined && sound.test(type)
}
