import type { JsonObject, JsonValue } from '../../core/json.ts'
import { asObject, asString } from '../../core/json.ts'
import type { ToolFact } from '../../core/facts.ts'

/** A tool that a body concerns, as the body tells of it. */
export interface ToolUse {
  readonly name: string
  readonly use: ToolFact['use']
  /** What an offered tool says about itself. */
  readonly description?: string
  /** Hints of an offered tool, such as `{ readOnlyHint: true }`. */
  readonly annotations?: JsonObject
  /** What it was called with, as JSON text or as the text it takes. */
  readonly arguments?: string
}

/** Describes an offered tool by its definition. */
export function offeredTool(name: string, definition: JsonObject): ToolUse {
  const description = asString(definition['description'])
  const annotations = asObject(definition['annotations'])
  return {
    name,
    use: 'offered',
    ...(description !== undefined && { description }),
    ...(annotations !== undefined && { annotations }),
  }
}

/** Describes a call of a tool. */
export function calledTool(name: string, args: JsonValue | undefined): ToolUse {
  if (args === undefined || args === null) return { name, use: 'called' }
  return { name, use: 'called', arguments: typeof args === 'string' ? args : JSON.stringify(args) }
}

/** Describes the answer of a tool; of one whose call is not known the name is empty. */
export function answeredTool(name: string | undefined): ToolUse {
  return { name: name ?? '', use: 'answered' }
}
