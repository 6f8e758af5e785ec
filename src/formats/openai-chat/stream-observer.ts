import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { StreamObserver } from '../format.ts'
import { badAnswer } from './answer-reader.ts'
import { isErrorChunk, readChunk } from './chunk.ts'
import { readFault } from './errors.ts'
import { withoutNullUsage } from './null-usage.ts'
import { readUsage } from './usage.ts'

/** Opens an observer of a chat completions stream. */
export function openStreamObserver(options: { readonly withholdUsage: boolean }): StreamObserver {
  return createChunkObserver({ ...options, lengthOf: deltaLength })
}

/** Makes an observer of chunks; `lengthOf` measures the output in one choice. */
export function createChunkObserver(options: {
  readonly withholdUsage: boolean
  readonly lengthOf: (choice: JsonObject) => number
}): StreamObserver {
  let usage: TokenUsage | undefined
  let outputLength = 0
  let answered = false

  return {
    observe(frame) {
      const chunk = readChunk(frame)
      if (chunk === undefined) return { type: 'forward' }
      if (chunk === 'done') {
        if (!answered) throw badAnswer('the stream ended without an answer')
        return { type: 'end' }
      }
      if (isErrorChunk(chunk)) return { type: 'fault', fault: readFault(chunk) }
      const choices = asArray(chunk['choices'])
      answered ||= choices.length > 0
      for (const choice of choices) outputLength += options.lengthOf(asObject(choice) ?? {})
      // vLLM may repeat usage in every chunk; the last one counts.
      const seen = readUsage(chunk)
      usage = seen ?? usage
      if (!options.withholdUsage) return { type: 'forward' }
      if (choices.length === 0 && seen !== undefined) return { type: 'withhold' }
      const bytes = chunk['usage'] === null ? withoutNullUsage(frame) : undefined
      return bytes === undefined ? { type: 'forward' } : { type: 'replace', bytes }
    },
    usage: () => usage,
    outputLength: () => outputLength,
  }
}

/** Length of what the model wrote: answer, refusal, thinking and arguments are all paid for. */
function deltaLength(choice: JsonObject): number {
  const delta = asObject(choice['delta'])
  if (delta === undefined) return 0
  let length =
    textLength(delta['content']) +
    textLength(delta['refusal']) +
    (textLength(delta['reasoning_content']) || textLength(delta['reasoning']))
  for (const call of asArray(delta['tool_calls'])) {
    const called = asObject(asObject(call)?.['function'])
    length += textLength(called?.['name']) + textLength(called?.['arguments'])
  }
  return length
}

function textLength(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length
  // Mistral streams content parts.
  return Array.isArray(value) ? JSON.stringify(value).length : 0
}
