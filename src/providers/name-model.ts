import type { NeutralEvent, ProviderFormat } from '../formats/index.ts'

/** Returns a format whose answers name the model, for those that do not by themselves (Cohere, Converse). */
export function namingModel(format: ProviderFormat, model: string): ProviderFormat {
  return {
    ...format,
    readAnswer(body, warn) {
      const answer = format.readAnswer(body, warn)
      return answer.model === '' ? { ...answer, model } : answer
    },
    openStreamReader(warn) {
      const reader = format.openStreamReader(warn)
      let hasStarted = false
      return {
        read(frame) {
          const events = reader.read(frame)
          if (hasStarted || events.length === 0) return events
          hasStarted = true
          return events.map((event) => nameIn(event, model))
        },
        end: () => reader.end?.() ?? [],
      }
    },
  }
}

function nameIn(event: NeutralEvent, model: string): NeutralEvent {
  return event.type === 'answer-start' && event.model === '' ? { ...event, model } : event
}
