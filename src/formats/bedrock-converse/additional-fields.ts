import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import {
  invalidField,
  isAbsent,
  optionalInteger,
  optionalObject,
  optionalString,
  requireString,
  unknownFields,
} from '../anthropic-messages/fields.ts'
import type { Inexpressible } from '../anthropic-messages/read-blocks.ts'
import type { NeutralRequest, ReasoningRequest, ToolChoice } from '../neutral.ts'

const path = 'additionalModelRequestFields'

/** Fields whose meaning is known, whichever maker's models take them. */
const known = new Set([
  'top_k',
  'inferenceConfig',
  'thinking',
  'reasoning_config',
  'reasoningConfig',
  'reasoning_effort',
  'output_config',
  'tool_choice',
])

type AdditionalFields = Pick<
  NeutralRequest,
  'topK' | 'reasoning' | 'toolChoice' | 'parallelToolCalls'
>

/**
 * Reads what stands outside the common fields because only some makers' models take it: `top_k`, reasoning,
 * the limit to one tool call. The rest is noted as lost.
 */
export function readAdditionalFields(body: JsonObject, lost: Inexpressible): AdditionalFields {
  const fields = optionalObject(body[path], path) ?? {}
  const config = optionalObject(fields['inferenceConfig'], `${path}.inferenceConfig`) ?? {}
  const topK =
    optionalInteger(fields['top_k'], `${path}.top_k`, 0) ??
    optionalInteger(config['topK'], `${path}.inferenceConfig.topK`, 0)
  lost.push(...unknownFields(fields, known, `${path}.`))
  lost.push(...unknownFields(config, new Set(['topK']), `${path}.inferenceConfig.`))
  const reasoning = readReasoning(fields, body, lost)
  return {
    ...(topK !== undefined && { topK }),
    ...(reasoning !== undefined && { reasoning }),
    ...readToolChoice(fields['tool_choice'], lost),
  }
}

/** Reads the wish to reason in the words of Claude, Nova and OpenAI's models, and Converse's own. */
function readReasoning(
  fields: JsonObject,
  body: JsonObject,
  lost: Inexpressible,
): ReasoningRequest | undefined {
  const claude = optionalObject(fields['output_config'], `${path}.output_config`)
  lost.push(...unknownFields(claude ?? {}, new Set(['effort']), `${path}.output_config.`))
  const nova = optionalObject(fields['reasoningConfig'], `${path}.reasoningConfig`)
  const common = optionalObject(body['outputConfig'], 'outputConfig')
  const effort =
    optionalString(common?.['effort'], 'outputConfig.effort') ??
    optionalString(claude?.['effort'], `${path}.output_config.effort`) ??
    optionalString(fields['reasoning_effort'], `${path}.reasoning_effort`) ??
    optionalString(nova?.['maxReasoningEffort'], `${path}.reasoningConfig.maxReasoningEffort`)
  const wished = effort === undefined ? undefined : { effort }
  const name = ['thinking', 'reasoning_config'].find((each) => !isAbsent(fields[each]))
  if (name === undefined) return nova?.['type'] === 'disabled' ? { effort: 'none' } : wished
  const at = `${path}.${name}`
  const thinking = optionalObject(fields[name], at) ?? {}
  return readThinking(thinking, { at, wished, lost })
}

function readThinking(
  thinking: JsonObject,
  {
    at,
    wished,
    lost,
  }: {
    readonly at: string
    readonly wished: ReasoningRequest | undefined
    readonly lost: Inexpressible
  },
): ReasoningRequest | undefined {
  if (!isAbsent(thinking['display'])) lost.push(`${at}.display`)
  switch (requireString(thinking['type'], `${at}.type`)) {
    case 'enabled': {
      const budgetTokens = optionalInteger(thinking['budget_tokens'], `${at}.budget_tokens`, 1)
      if (budgetTokens === undefined) throw invalidField(`${at}.budget_tokens`, 'a whole number')
      return { ...wished, budgetTokens }
    }
    case 'adaptive':
      return { ...wished, adaptive: true }
    case 'disabled':
      return { effort: 'none' }
    default:
      lost.push(at)
      return wished
  }
}

/** Reads Anthropic's choice of tools, which alone can say that one call at a time is enough. */
function readToolChoice(
  value: JsonValue | undefined,
  lost: Inexpressible,
): Pick<AdditionalFields, 'toolChoice' | 'parallelToolCalls'> {
  if (isAbsent(value)) return {}
  const toolChoice = isObject(value) ? choiceOf(value) : undefined
  if (toolChoice === undefined || !isObject(value)) {
    lost.push(`${path}.tool_choice`)
    return {}
  }
  const single = value['disable_parallel_tool_use']
  return { toolChoice, ...(typeof single === 'boolean' && { parallelToolCalls: !single }) }
}

function choiceOf(choice: JsonObject): ToolChoice | undefined {
  const { type, name } = choice
  if (type === 'auto' || type === 'none') return { type }
  if (type === 'any') return { type: 'required' }
  return type === 'tool' && typeof name === 'string' ? { type, name } : undefined
}
