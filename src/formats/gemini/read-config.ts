import type { JsonObject } from '../../core/json.ts'
import type { NeutralRequest, ReasoningRequest, ResponseShape } from '../neutral.ts'
import {
  optionalBoolean,
  optionalNumber,
  optionalString,
  pruned,
  refuse,
  type LossList,
} from '../openai-chat/fields.ts'
import { isSet, optionalMessage, optionalWhole, repeated } from './proto.ts'
import { jsonSchemaOf } from './schema.ts'

type Config = Pick<
  NeutralRequest,
  | 'responseShape'
  | 'maxOutputTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'stopSequences'
  | 'seed'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'reasoning'
>

const path = 'generationConfig'

/** Reads `generationConfig`. https://ai.google.dev/api/generate-content#generationconfig */
export function readConfig(config: JsonObject, lost: LossList): Config {
  const topK = optionalNumber(config, 'topK', path)
  const candidates = optionalWhole(config, 'candidateCount', { path, least: 1 })
  if (candidates !== undefined && candidates > 1) lost.add(`${path}.candidateCount`)
  noteModalities(config, lost)
  lost.addUnknown(withoutDefaults(config), knownFields, path)
  return pruned<Config>({
    responseShape: readResponseShape(config, lost),
    maxOutputTokens: optionalWhole(config, 'maxOutputTokens', { path, least: 1 }),
    temperature: optionalNumber(config, 'temperature', path),
    topP: optionalNumber(config, 'topP', path),
    topK: topK === undefined ? undefined : Math.max(0, Math.round(topK)),
    stopSequences: readStopSequences(config),
    seed: optionalWhole(config, 'seed', { path }),
    presencePenalty: optionalNumber(config, 'presencePenalty', path),
    frequencyPenalty: optionalNumber(config, 'frequencyPenalty', path),
    reasoning: readThinking(config, lost),
  })
}

const knownFields = new Set([
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  '_responseJsonSchema',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'stopSequences',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'thinkingConfig',
  'candidateCount',
  'responseModalities',
])

function withoutDefaults(config: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(config).filter(([, value]) => value !== false && value !== ''),
  )
}

function noteModalities(config: JsonObject, lost: LossList): void {
  const isText = repeated(config, 'responseModalities', path).every(
    (each) => typeof each === 'string' && each.toUpperCase() === 'TEXT',
  )
  if (!isText) lost.add(`${path}.responseModalities`)
}

function readStopSequences(config: JsonObject): string[] | undefined {
  const sequences = repeated(config, 'stopSequences', path).map((each, index) =>
    typeof each === 'string' ? each : refuse(`${path}.stopSequences[${index}]`, 'a string'),
  )
  return sequences.length === 0 ? undefined : sequences
}

function readResponseShape(config: JsonObject, lost: LossList): ResponseShape | undefined {
  const type = (optionalString(config, 'responseMimeType', path) ?? '').toLowerCase()
  const own = config['responseSchema']
  const schema = config['responseJsonSchema'] ?? config['_responseJsonSchema']
  const wished = isSet(schema) ? schema : jsonSchemaOf(isSet(own) ? own : undefined)
  switch (type) {
    case '':
    case 'text/plain':
      if (isSet(wished)) return refuse(`${path}.responseMimeType`, 'application/json with a schema')
      return undefined
    case 'application/json':
      return wished === undefined ? { type: 'json' } : { type: 'json-schema', schema: wished }
    default: // `text/x.enum`: one of several words, without quotes.
      lost.add(`${path}.responseMimeType`)
      if (wished !== undefined) lost.add(`${path}.responseSchema`)
      return undefined
  }
}

/** Reads how much to think: a level, or a budget of which 0 means not at all and -1 as much as needed. */
function readThinking(config: JsonObject, lost: LossList): ReasoningRequest | undefined {
  const thinking = optionalMessage(config, 'thinkingConfig', path)
  if (thinking === undefined) return undefined
  const at = { path: `${path}.thinkingConfig`, least: -1 }
  lost.addUnknown(thinking, thinkingFields, at.path)
  const budget = optionalWhole(thinking, 'thinkingBudget', at)
  const level = (optionalString(thinking, 'thinkingLevel', at.path) ?? '').toLowerCase()
  const isShown = optionalBoolean(thinking, 'includeThoughts', at.path) === true
  if (budget === 0) return { effort: 'none' }
  const effort = level === '' || level.endsWith('_unspecified') ? {} : { effort: level }
  if (budget !== undefined && budget > 0) return { ...effort, budgetTokens: budget }
  if ('effort' in effort) return effort
  return budget === -1 || isShown ? { adaptive: true } : undefined
}

const thinkingFields = new Set(['thinkingBudget', 'thinkingLevel', 'includeThoughts'])
