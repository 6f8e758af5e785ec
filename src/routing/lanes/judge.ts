import type { Question } from '../../core/call.ts'
import type { Escalation } from '../../core/record.ts'
import { asArray, asObject } from '../../core/json.ts'

/** What an answer holds, as far as it is judged. */
export interface JudgedAnswer {
  readonly text: string
  readonly toolCalls: readonly unknown[]
  readonly stopReason: string
  readonly hasRefusal: boolean
  readonly hasOther: boolean
}

/** What was wrong with an answer that nobody would want. */
export type Fault = Exclude<Escalation, 'failure'>

/**
 * Returns what is wrong with an answer, by its form alone: refusals that only its words tell are not
 * recognised, whatever language they are in.
 * @param isComplete whether nothing follows: an empty beginning is none of an empty answer
 */
export function faultOf(answer: JudgedAnswer, isComplete: boolean): Fault | undefined {
  const { text, toolCalls, stopReason, hasRefusal, hasOther } = answer
  if (toolCalls.length > 0 || hasOther) return undefined
  if (hasRefusal || stopReason === 'refusal' || stopReason === 'content-filter') return 'refusal'
  const isEmpty = isComplete && stopReason !== 'pause' && text.trim() === ''
  return isEmpty ? 'empty' : undefined
}

/** Tells whether the answers to a question are of words and calls of tools, as far as one can see. */
export function isOfWords({ body: { json = {} } }: Question): boolean {
  const generation = asObject(json['generationConfig'])
  const kinds = asArray(json['modalities'] ?? generation?.['responseModalities'])
  const isText = kinds.every((kind) => typeof kind === 'string' && kind.toLowerCase() === 'text')
  const draws = asArray(json['tools']).some(
    (tool) => asObject(tool)?.['type'] === 'image_generation',
  )
  return isText && !draws
}
