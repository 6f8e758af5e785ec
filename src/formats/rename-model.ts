import { GatewayError } from '../core/errors.ts'
import { outlineJson } from './json-scan.ts'

/**
 * Returns the JSON text of an answer, or of one event of its stream, with the model it names replaced.
 * Every other byte stays. A text that names none at these places is returned as it is.
 * @param paths members that hold the name, such as `model` or `message.model`
 */
export function renameModel(text: string, paths: readonly string[], model: string): string {
  return paths.reduce((result, path) => renameAt(result, path.split('.'), model), text)
}

function renameAt(text: string, [key = '', ...rest]: readonly string[], model: string): string {
  // Most events of some streams name no model: they need not be outlined to find that out.
  if (!text.includes(`"${key}"`)) return text
  const span = outlineOf(text)?.get(key)
  if (span === undefined) return text
  const value = text.slice(span.start, span.end)
  const renamed = rest.length > 0 ? renameAt(value, rest, model) : nameInstead(value, model)
  return renamed === value ? text : text.slice(0, span.start) + renamed + text.slice(span.end)
}

function nameInstead(value: string, model: string): string {
  return value.startsWith('"') ? JSON.stringify(model) : value
}

/** The members of an object; `undefined` for what is none, or names a member twice. */
function outlineOf(text: string): ReturnType<typeof outlineJson>['members'] | undefined {
  try {
    return outlineJson(text, Infinity).members
  } catch (error) {
    // An answer that cannot be taken apart goes on as its provider wrote it.
    if (error instanceof GatewayError) return undefined
    throw error
  }
}
