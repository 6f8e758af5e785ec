import { checkEvent } from './check.ts'
import { replaceModel, replaceTexts, withoutOutput } from './edit.ts'
import { readEvent } from './read.ts'
import { newEventId, writeCancel, writeDeleteItem, writeErrorEvent } from './write.ts'

/** The events of OpenAI's realtime interface, in the words of its beta and of its GA version. */
export const openAiRealtime = {
  check: checkEvent,
  read: readEvent,
  replaceTexts,
  replaceModel,
  withoutOutput,
  newEventId,
  writeError: writeErrorEvent,
  writeCancel,
  writeDeleteItem,
} as const
