import { asArray, asNumber, asObject, asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

/** What a request asks for beside its conversation, as far as it tells how demanding it is. */
export interface RequestSettings {
  /** Tools on offer; none when they may not be used. */
  readonly tools: number
  /** 0 for free text, 1 for any JSON, 2 for JSON of a given schema. */
  readonly structuredOutput: 0 | 1 | 2
  /** Effort that is asked for, from 0 (none) to 1; absent when nothing is said about it. */
  readonly effort: number | undefined
  readonly maxOutputTokens: number | undefined
}

/** Reads the settings of a request in any client format. */
export function readSettings(json: JsonObject): RequestSettings {
  const generation = asObject(json['generationConfig'] ?? json['generation_config'])
  return {
    tools: toolsOf(json),
    structuredOutput: structureOf(json, generation),
    effort: effortOf(json, generation),
    maxOutputTokens: maxOutputTokensOf(json, generation),
  }
}

/** Tools that are looked at: entries of Gemini hold several each. */
const maxTools = 128

function toolsOf(json: JsonObject): number {
  const bedrock = asObject(json['toolConfig'])
  const choice = json['tool_choice']
  if (choice === 'none' || choice === 'NONE' || asObject(choice)?.['type'] === 'none') return 0
  const gemini = asObject(bedrock?.['functionCallingConfig'])
  if (gemini?.['mode'] === 'NONE') return 0
  const tools = asArray(json['tools'] ?? bedrock?.['tools'] ?? json['functions'])
  let count = 0
  for (const tool of tools.slice(0, maxTools)) {
    const object = asObject(tool)
    const declared = object?.['functionDeclarations'] ?? object?.['function_declarations']
    count += declared === undefined ? 1 : asArray(declared).length
  }
  return count
}

function structureOf(json: JsonObject, generation: JsonObject | undefined): 0 | 1 | 2 {
  const type = asString(
    asObject(
      json['response_format'] ??
        asObject(json['text'])?.['format'] ??
        json['output_format'] ??
        asObject(json['output_config'])?.['format'],
    )?.['type'],
  )
  if (type === 'json_schema') return 2
  if (type === 'json_object' || json['format'] === 'json') return 1
  if (asObject(json['format']) !== undefined) return 2
  if (generation === undefined) return 0
  const schema =
    generation['responseSchema'] ??
    generation['responseJsonSchema'] ??
    generation['response_schema']
  if (schema !== undefined) return 2
  const mediaType = generation['responseMimeType'] ?? generation['response_mime_type']
  return mediaType === 'application/json' ? 1 : 0
}

/** Words for efforts; a word that is not among them says nothing. */
const efforts: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 0,
  low: 0.1,
  medium: 0.4,
  high: 1,
  xhigh: 1,
  max: 1,
}
/** A budget of so many tokens for thoughts counts as nothing, and one of so many as all. */
const leastBudget = 1024
const greatestBudget = 16_384

function effortOf(json: JsonObject, generation: JsonObject | undefined): number | undefined {
  const gemini = asObject(generation?.['thinkingConfig'] ?? generation?.['thinking_config'])
  return (
    effortOfMembers(json) ??
    effortOfMembers(asObject(json['additionalModelRequestFields'])) ??
    effortOfWord(gemini?.['thinkingLevel'] ?? gemini?.['thinking_level']) ??
    effortOfBudget(gemini?.['thinkingBudget'] ?? gemini?.['thinking_budget'])
  )
}

function effortOfMembers(json: JsonObject | undefined): number | undefined {
  if (json === undefined) return undefined
  const thinking = asObject(json['thinking'] ?? json['reasoning_config'])
  return (
    effortOfWord(
      json['reasoning_effort'] ??
        asObject(json['reasoning'])?.['effort'] ??
        asObject(json['output_config'])?.['effort'] ??
        asObject(json['reasoningConfig'])?.['maxReasoningEffort'] ??
        json['think'],
    ) ?? effortOfBudget(thinking?.['budget_tokens'] ?? thinking?.['token_budget'])
  )
}

function effortOfWord(word: JsonValue | undefined): number | undefined {
  if (typeof word !== 'string') return undefined
  const name = word.toLowerCase()
  return Object.hasOwn(efforts, name) ? efforts[name] : undefined
}

function effortOfBudget(value: JsonValue | undefined): number | undefined {
  const budget = asNumber(value)
  if (budget === undefined) return undefined
  // A negative budget leaves it to the model.
  if (budget < 0) return efforts['medium']
  if (budget <= leastBudget) return 0
  return Math.min(1, Math.log2(budget / leastBudget) / Math.log2(greatestBudget / leastBudget))
}

function maxOutputTokensOf(
  json: JsonObject,
  generation: JsonObject | undefined,
): number | undefined {
  const bound = asNumber(
    json['max_completion_tokens'] ??
      json['max_tokens'] ??
      json['max_output_tokens'] ??
      generation?.['maxOutputTokens'] ??
      generation?.['max_output_tokens'] ??
      asObject(json['inferenceConfig'])?.['maxTokens'] ??
      asObject(json['options'])?.['num_predict'],
  )
  return bound !== undefined && bound > 0 ? bound : undefined
}
