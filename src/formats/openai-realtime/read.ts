import type { Frame } from '../../core/channel.ts'
import { asNumber, asObject, asString, isObject, parseJson } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'
import type { RealtimeEvent } from '../../core/session.ts'
import type { TokenUsage } from '../../core/usage.ts'

const unreadable: RealtimeEvent = {
  type: undefined,
  eventId: undefined,
  responseId: undefined,
  itemId: undefined,
  models: [],
  usage: undefined,
  errorAbout: undefined,
  json: undefined,
}

/** Reads a frame of either side. Never throws: what cannot be read is an event without a type. */
export function readEvent(frame: Frame): RealtimeEvent {
  if (typeof frame !== 'string') return unreadable
  const json = parseJson(frame)
  if (!isObject(json)) return unreadable
  const type = asString(json['type'])
  const response = asObject(json['response'])
  const item = asObject(json['item'])
  return {
    type,
    eventId: asString(json['event_id']),
    responseId: asString(json['response_id']) ?? asString(response?.['id']),
    itemId: asString(json['item_id']) ?? asString(item?.['id']),
    models: [asObject(json['session']), response].flatMap((named) => {
      const model = named?.['model']
      return typeof model === 'string' ? [model] : []
    }),
    usage: type === 'response.done' ? readUsage(response?.['usage']) : undefined,
    errorAbout: type === 'error' ? asString(asObject(json['error'])?.['event_id']) : undefined,
    json,
  }
}

/** Reads the usage of a response; `undefined` where the provider counted none. */
function readUsage(value: JsonValue | undefined): TokenUsage | undefined {
  const usage = asObject(value)
  const inputTokens = asNumber(usage?.['input_tokens'])
  const outputTokens = asNumber(usage?.['output_tokens'])
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const input = asObject(usage?.['input_token_details'])
  const cached = asObject(input?.['cached_tokens_details'])
  const output = asObject(usage?.['output_token_details'])
  return {
    inputTokens,
    outputTokens,
    ...count('cacheReadTokens', input?.['cached_tokens']),
    ...count('inputAudioTokens', input?.['audio_tokens']),
    ...count('inputImageTokens', input?.['image_tokens']),
    ...count('cacheReadAudioTokens', cached?.['audio_tokens']),
    ...count('cacheReadImageTokens', cached?.['image_tokens']),
    ...count('outputAudioTokens', output?.['audio_tokens']),
    ...count('reasoningTokens', output?.['reasoning_tokens']),
  }
}

function count(name: keyof TokenUsage, value: JsonValue | undefined): Partial<TokenUsage> {
  const tokens = asNumber(value)
  return tokens === undefined ? {} : { [name]: tokens }
}
