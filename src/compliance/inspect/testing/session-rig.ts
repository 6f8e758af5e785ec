import { makeCall, makeQuestion } from '../../../../test/support/question.ts'
import { newReport } from '../../../core/call.ts'
import { asObject, asString, parseJson } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { SessionInspector, SessionVerdict } from '../../../core/session.ts'
import type { PolicySet } from '../../contracts.ts'
import { createCompliance } from '../index.ts'
import type { HoldDesk } from '../index.ts'
import { toyParts } from './rig.ts'

/** Values that detectors know. */
export const card = '4539 5787 6362 1486'
export const iban = 'DE89 3704 0044 0532 0130 00'
export const mail = 'anna.schmidt@example.org'

/** A session that was let begin, as its gates see it. */
export async function begin(
  policies: PolicySet,
  holds?: HoldDesk,
  maxInspectionMs = 5_000,
): Promise<SessionInspector> {
  const parts = toyParts(policies)
  const limits = { ...parts.limits, maxInspectionMs }
  const compliance = createCompliance({ ...parts, limits, holds: holds ?? parts.holds }, true)
  const call = makeCall({ operation: 'realtime' })
  const question = makeQuestion({ call, body: emptyBody })
  await compliance.inspectRequest(question, { order: () => [] })
  return compliance.sessions.open(question, {
    status: 101,
    headers: {},
    body: '',
    provider: 'p',
    model: 'm',
    cache: 'bypass',
    warnings: [],
    report: newReport(),
  })
}

const emptyBody = { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined }

/** Shows an event to an inspector. */
export async function show(
  inspector: SessionInspector,
  from: 'client' | 'provider',
  json: JsonObject,
): Promise<SessionVerdict> {
  return inspector.inspect({
    from,
    frame: JSON.stringify(json),
    json,
    type: asString(json['type']),
    responseId: asString(json['response_id'] ?? asObject(json['response'])?.['id']),
    itemId: asString(json['item_id'] ?? asObject(json['item'])?.['id']),
  })
}

/** What goes on of an event. */
export async function passed(
  inspector: SessionInspector,
  from: 'client' | 'provider',
  json: JsonObject,
): Promise<JsonObject[]> {
  const verdict = await show(inspector, from, json)
  return verdict.verdict === 'pass' ? [json] : eventsOf(verdict.frames ?? [])
}

/** Reads frames as events. */
export function eventsOf(frames: readonly unknown[]): JsonObject[] {
  return frames.map((frame) => asObject(parseJson(String(frame))) ?? {})
}

/** An event with which the client says something. */
export const say = (text: string, more: JsonObject = {}): JsonObject => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  ...more,
})

/** The events of a response that says a text in pieces. */
export function answer(text: string, lengths: readonly number[], id = 'r'): JsonObject[] {
  const at = { response_id: id, item_id: `i${id}`, output_index: 0, content_index: 0 }
  const content = [{ type: 'output_text', text }]
  const item = { id: `i${id}`, type: 'message', role: 'assistant', content }
  const events: JsonObject[] = []
  for (let from = 0, step = 0; from < text.length; step++) {
    const length = lengths[step % lengths.length] ?? 1
    const delta = text.slice(from, from + length)
    events.push({ type: 'response.output_text.delta', ...at, delta })
    from += length
  }
  events.push({ type: 'response.output_text.done', ...at, text })
  events.push({ type: 'response.output_item.done', ...at, item })
  events.push({ type: 'response.done', response: { id, output: [item] } })
  return events
}

/** Sends a response through; returns what was said of it, how it was told, and what was decided. */
export async function respond(inspector: SessionInspector, events: readonly JsonObject[]) {
  let said = ''
  const told: string[] = []
  for (const event of events) {
    const verdict = await show(inspector, 'provider', event)
    const frames = verdict.verdict === 'pass' ? [event] : eventsOf(verdict.frames ?? [])
    for (const each of frames) {
      said += asString(each['delta']) ?? ''
      const text = asString(each['text'])
      if (text !== undefined) told.push(text)
    }
    if (verdict.verdict === 'block') return { said, told, decision: verdict.decision }
    if (event['type'] === 'response.done') return { said, told, decision: verdict.decision }
  }
  return { said, told, decision: undefined }
}
