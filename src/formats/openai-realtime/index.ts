import { checkEvent } from './check.ts'
import { replaceModel, withoutOutput } from './edit.ts'
import { readEvent } from './read.ts'
import { newEventId, writeCancel, writeDeleteItem, writeErrorEvent } from './write.ts'

/** The events of OpenAI's realtime interface, in the words of its beta and of its GA version. */
export const openAiRealtime = {
  check: checkEvent,
  read: readEvent,
  replaceModel,
  withoutOutput,
  newEventId,
  writeError: writeErrorEvent,
  writeCancel,
  writeDeleteItem,
} as const

export { pieceLike, replacePiece } from './edit.ts'
export { bringsSound, openRealtimeReader, spokenBy } from './reader.ts'
export type { EventTexts, RealtimeReader } from './reader.ts'
