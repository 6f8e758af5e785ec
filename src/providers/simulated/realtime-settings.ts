import { asObject, isObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { missing, refusal } from './realtime-conversation.ts'
import type { Words } from './realtime-words.ts'

/** Returns the settings a session begins with. */
export function initialSettings(model: string, { version }: Words): JsonObject {
  const common = {
    object: 'realtime.session',
    id: 'sess_sim',
    model,
    instructions: 'This session is simulated.',
    tools: [],
    tool_choice: 'auto',
  }
  const format = { type: 'audio/pcm', rate: 24_000 }
  if (version === 'ga') {
    return {
      type: 'realtime',
      ...common,
      output_modalities: ['audio'],
      max_output_tokens: 'inf',
      // There is no voice activity in a simulation: buffers are committed by the client.
      audio: {
        input: { format, transcription: null, noise_reduction: null, turn_detection: null },
        output: { format, voice: 'alloy', speed: 1 },
      },
    }
  }
  return {
    ...common,
    modalities: ['audio', 'text'],
    voice: 'alloy',
    input_audio_format: 'pcm16',
    output_audio_format: 'pcm16',
    input_audio_transcription: null,
    turn_detection: null,
    temperature: 0.8,
    max_response_output_tokens: 'inf',
  }
}

/** Returns settings after a `session.update`. Throws `ProviderRefusal`. */
export function updatedSettings(settings: JsonObject, event: JsonObject, words: Words): JsonObject {
  const session = event['session']
  if (!isObject(session)) throw missing('session')
  if (words.version === 'ga' && session['type'] !== 'realtime') throw missing('session.type')
  const { model = settings['model'] } = session
  if (model !== settings['model']) {
    throw refusal("Cannot update a conversation's model.", 'session.model')
  }
  const input = asObject(asObject(session['audio'])?.['input'])
  const audio = asObject(settings['audio'])
  const merged = { ...settings, ...session }
  if (audio === undefined) return merged
  const output = {
    ...asObject(audio['output']),
    ...asObject(asObject(session['audio'])?.['output']),
  }
  return { ...merged, audio: { input: { ...asObject(audio['input']), ...input }, output } }
}

/** Tells whether the client wants to read what it said. */
export function transcribes(settings: JsonObject): boolean {
  const input = asObject(asObject(settings['audio'])?.['input'])
  return isObject(input?.['transcription']) || isObject(settings['input_audio_transcription'])
}
