import type { FormatName } from '../format.ts'
import { of } from './shape.ts'
import type { Rule } from './shape.ts'
import { anthropicAnswer, anthropicRequest } from './shapes/anthropic.ts'
import { converseAnswer, converseRequest } from './shapes/bedrock.ts'
import { cohereAnswer, cohereRequest } from './shapes/cohere.ts'
import { geminiAnswer, geminiRequest } from './shapes/gemini.ts'
import { ollamaAnswer, ollamaRequest } from './shapes/ollama.ts'
import { openAiAnswer, openAiRequest } from './shapes/openai-chat.ts'
import { response, responsesRequest } from './shapes/openai-responses.ts'

interface BodyRules {
  readonly request: Rule
  readonly answer: Rule
}

const openAi: BodyRules = { request: of(openAiRequest), answer: of(openAiAnswer) }
const anthropic: BodyRules = { request: of(anthropicRequest), answer: of(anthropicAnswer) }
const gemini: BodyRules = { request: of(geminiRequest), answer: of(geminiAnswer) }

/** What the bodies of each format look like. */
export const bodyRules: Readonly<Record<FormatName, BodyRules>> = {
  'openai-chat': openAi,
  'openai-completions': openAi,
  'openai-responses': { request: of(responsesRequest), answer: of(response) },
  'anthropic-messages': anthropic,
  gemini,
  'gemini-array': gemini,
  'bedrock-converse': { request: of(converseRequest), answer: of(converseAnswer) },
  'bedrock-invoke': anthropic,
  'cohere-chat': { request: of(cohereRequest), answer: of(cohereAnswer) },
  'ollama-chat': { request: of(ollamaRequest), answer: of(ollamaAnswer) },
}
