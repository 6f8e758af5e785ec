import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Behaviour } from './behaviour.ts'
import type { SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { hugeMark } from './reply.ts'
import { instanceOf } from './schema-instance.ts'
import { answerTo, estimateTokens, fillerOf, hashText, tokenPieces } from './text.ts'

/** A tool the caller offers. */
export interface OfferedTool {
  readonly name: string
  readonly parameters: JsonValue | undefined
}

/** What both chat dialects say about the answer they want. */
export interface Wish {
  /** Everything the model would read, in order. */
  readonly prompt: string
  readonly lastUserText: string
  readonly endsWithToolResult: boolean
  readonly tools: readonly OfferedTool[]
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string }
  readonly parallelTools: boolean
  readonly maxTokens: number | undefined
  readonly reasoning: boolean
  readonly schema: JsonValue | undefined
  readonly jsonObject: boolean
}

/** One tool call of an answer; `arguments` satisfy the tool's schema. */
export interface PlannedToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: JsonObject
}

/** The answer, decided before anything is sent; the same wish always gives the same plan. */
export interface Plan {
  readonly reasoning: string
  /** The text in one piece, `hugeMark` where huge text belongs. */
  readonly text: string
  /** The text in pieces of one token. */
  readonly pieces: () => Iterable<string>
  readonly toolCalls: readonly PlannedToolCall[]
  readonly finish: 'stop' | 'length' | 'tool_calls'
  /** All prompt tokens, those read from cache included. */
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
}

/** Decides the answer to a wish. */
export function planAnswer(wish: Wish, call: SimulatedCall): Plan {
  const { behaviour } = call
  const toolCalls = planToolCalls(wish, call)
  const wanted = toolCalls.length > 0 ? '' : planText(wish, behaviour)
  const limit = wish.maxTokens ?? Infinity
  const isCut = estimateTokens(wanted) > limit && behaviour.huge === undefined
  const text = isCut ? wanted.slice(0, limit * 4) : wanted
  const reasoning = wish.reasoning
    ? `Simulated reasoning ${hashText(wish.prompt).slice(8)}: no model thought about this.`
    : ''
  const { huge } = behaviour
  const toolText = toolCalls.map((planned) => planned.name + JSON.stringify(planned.arguments))
  const textTokens = huge === undefined ? estimateTokens(text) : Math.ceil(huge / 4)
  const reasoningTokens = estimateTokens(reasoning)
  const inputTokens = Math.max(estimateTokens(wish.prompt), behaviour.cached ?? 0)
  return {
    reasoning,
    text,
    pieces: () => (huge === undefined || toolCalls.length > 0 ? tokenPieces(text) : fillerOf(huge)),
    toolCalls,
    finish: toolCalls.length > 0 ? 'tool_calls' : isCut ? 'length' : 'stop',
    inputTokens,
    cachedTokens: behaviour.cached ?? 0,
    outputTokens: textTokens + reasoningTokens + estimateTokens(toolText.join('')),
    reasoningTokens,
  }
}

function planText(wish: Wish, behaviour: Behaviour): string {
  if (behaviour.huge !== undefined) return hugeMark
  if (wish.schema !== undefined) return JSON.stringify(instanceOf(wish.schema))
  if (wish.jsonObject)
    return JSON.stringify({ simulated: true, answer: answerTo(wish.prompt, undefined) })
  if (behaviour.echo === true) return `This was said to the provider: ${wish.lastUserText}`
  return answerTo(wish.prompt, behaviour.tokens)
}

function planToolCalls(wish: Wish, call: SimulatedCall): PlannedToolCall[] {
  const tool = chooseTool(wish, call.behaviour)
  if (tool === undefined) return []
  const wanted = call.behaviour.parallel ?? 1
  const start = wish.tools.indexOf(tool)
  return Array.from({ length: wish.parallelTools ? wanted : 1 }, (_, index) => {
    const next = wish.tools[(start + index) % wish.tools.length] ?? tool
    const instance = instanceOf(next.parameters ?? { type: 'object' })
    return {
      id: `${call.dialect === 'anthropic' ? 'toolu' : 'call'}_sim_${call.id}_${index}`,
      name: next.name,
      arguments:
        typeof instance === 'object' && instance !== null && !Array.isArray(instance)
          ? instance
          : {},
    }
  })
}

function chooseTool(wish: Wish, behaviour: Behaviour): OfferedTool | undefined {
  const { tools, toolChoice } = wish
  if (typeof toolChoice === 'object') {
    const named = tools.find((tool) => tool.name === toolChoice.name)
    if (named !== undefined) return named
    throw new ProviderRefusal(400, `Tool choice '${toolChoice.name}' is not among the tools.`, {
      param: 'tool_choice',
    })
  }
  if (toolChoice === 'required') {
    if (tools.length > 0) return tools.find((tool) => tool.name === behaviour.tool) ?? tools[0]
    throw new ProviderRefusal(400, "'tool_choice' needs 'tools'.", { param: 'tool_choice' })
  }
  // After a tool's result the answer is text, or an agent's loop would never end.
  if (toolChoice === 'none' || wish.endsWithToolResult) return undefined
  if (behaviour.tool !== undefined) {
    return (
      tools.find((tool) => tool.name === behaviour.tool) ?? {
        name: behaviour.tool,
        parameters: undefined,
      }
    )
  }
  const text = wish.lastUserText.slice(-maxSearchedLength).toLowerCase()
  const named = tools.find((tool) => text.includes(tool.name.toLowerCase()))
  return named ?? (asksForTool(text) ? tools[0] : undefined)
}

/** Longest part of a turn in which names of tools are looked for. */
const maxSearchedLength = 10_000

/** Looks for "use … tool" within a sentence. */
function asksForTool(text: string): boolean {
  return text.split(/[.?!]/).some((sentence) => {
    const verb = /\b(?:use|call|invoke|run)\b/.exec(sentence)
    return verb !== null && /\btools?\b/.test(sentence.slice(verb.index))
  })
}
