import { GatewayError } from '../../core/errors.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  isObject,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import { unheard, type Warn } from '../format.ts'
import type { NeutralAnswer, NeutralPart, ToolCallPart } from '../neutral.ts'
import { readThinking } from './content-reader.ts'
import { pruned } from './fields.ts'
import { readReasoning } from './reasoning.ts'
import { readEnding } from './stop-reason.ts'
import { readUsage } from './usage.ts'

/** Reads a complete chat completion; further choices are left out. Throws `provider_bad_answer`. */
export function readAnswer(body: JsonObject, warn: Warn = unheard): NeutralAnswer {
  const choice = asObject(asArray(body['choices'])[0])
  const message = asObject(choice?.['message'])
  if (choice === undefined || message === undefined) {
    throw badAnswer('the answer has no choices[0].message')
  }
  warnOfSources(body, message, warn)
  const content = readAnswerContent(message, asString(body['id']) ?? '')
  return pruned<NeutralAnswer>({
    id: asString(body['id']) ?? '',
    model: asString(body['model']) ?? '',
    createdAt: asNumber(body['created']),
    content,
    usage: readUsage(body),
    stopSequence: undefined,
    ...readEnding(choice, {
      toolCalls: content.some((part) => part.type === 'tool-call'),
      refusal: content.some((part) => part.type === 'refusal'),
    }),
  })
}

/**
 * Warns of what is said about sources, and of audio, which have no neutral form; of audio the words stay.
 * @param said the message, or what a chunk adds to it
 */
export function warnOfSources(body: JsonObject, said: JsonObject, warn: Warn): void {
  const path = 'choices[0].message'
  if (asArray(said['annotations']).length > 0) {
    warn({ type: 'dropped', field: `${path}.annotations` })
  }
  // Perplexity and xAI tell their sources beside the choices.
  if (asArray(body['citations']).length > 0) warn({ type: 'dropped', field: 'citations' })
  if (isObject(said['audio'])) {
    warn({ type: 'changed', field: `${path}.audio`, detail: 'its words alone are told' })
  }
}

/** Makes the error for an answer that is not valid; `reason` is for operators. */
export function badAnswer(reason: string): GatewayError {
  return new GatewayError('provider_bad_answer', undefined, { cause: new Error(reason) })
}

/**
 * Reads answer content that is text or, as Mistral sends it, an array of text and thinking parts.
 */
export function readAnswerText(content: JsonValue | undefined): NeutralPart[] {
  const whole = asString(content)
  if (whole !== undefined) return whole === '' ? [] : [{ type: 'text', text: whole }]
  return asArray(content).flatMap((element): NeutralPart[] => {
    const part = asObject(element)
    const text = asString(part?.['text'])
    if (part?.['type'] === 'text' && text) return [{ type: 'text', text }]
    const thinking = part?.['type'] === 'thinking' ? readThinking(part['thinking']) : ''
    return thinking === '' ? [] : [{ type: 'reasoning', text: thinking }]
  })
}

/** Makes an id for a tool call that the provider gave none. */
export function inventCallId(answerId: string, position: number): string {
  return `call_${answerId}_${position}`
}

function readAnswerContent(message: JsonObject, answerId: string): NeutralPart[] {
  const refusal = asString(message['refusal'])
  // The audio itself cannot be asked for through the neutral form; its words are the answer.
  const transcript = asString(asObject(message['audio'])?.['transcript'])
  const text = readAnswerText(message['content'])
  return [
    ...readReasoning(message),
    ...text,
    ...(transcript && text.length === 0 ? [{ type: 'text', text: transcript } as const] : []),
    ...(refusal ? [{ type: 'refusal', text: refusal } as const] : []),
    ...readCalls(message, answerId),
  ]
}

function readCalls(message: JsonObject, answerId: string): ToolCallPart[] {
  const legacy = asObject(message['function_call'])
  const calls = asArray(message['tool_calls']).map((call) => asObject(call) ?? {})
  const all = legacy === undefined ? calls : [...calls, { function: legacy }]
  return all.map((call, position) => {
    const called = asObject(call['function'])
    const custom = asObject(call['custom'])
    const name = asString(called?.['name']) ?? asString(custom?.['name'])
    if (!name) throw badAnswer(`tool call ${position} has no name`)
    return {
      type: 'tool-call',
      id: asString(call['id']) || inventCallId(answerId, position),
      name,
      arguments:
        custom === undefined
          ? readArguments(called?.['arguments'])
          : JSON.stringify({ input: custom['input'] }),
    }
  })
}

/** Arguments are JSON text; a few servers send the object itself. */
function readArguments(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
