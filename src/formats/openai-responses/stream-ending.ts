import type { StreamEnding } from '../stream-ending.ts'
import { writeErrorEvent } from './errors.ts'

/** A member of an event; within a text its quotes are escaped. */
const sequence = /(?<!\\)"sequence_number"\s*:\s*(\d{1,15})/g

/** Opens the ending of a stream of events: the error goes on with their numbers. */
export function openStreamEnding(): StreamEnding {
  let next = 0
  return {
    see(bytes) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
      for (const [, number] of text.matchAll(sequence)) next = Number(number) + 1
    },
    write: (error) => writeErrorEvent(error, next),
  }
}
