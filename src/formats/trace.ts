import type { JsonObject } from '../core/json.ts'
import type { ClientFormat, PathTarget } from './format.ts'
import type { NeutralMessage, NeutralPart, NeutralRequest } from './neutral.ts'

/** Remembers where messages, parts and tools of the neutral form were read, as paths of the caller's body. */
export interface Trace {
  /** Notes where something was read, and returns it. What was noted before keeps its place. */
  note<T extends object>(read: T, path: string): T
  /** Gives what takes the place of something that place, and returns it. */
  move<T extends object>(from: object, to: T): T
}

/** Remembers nothing: most requests are read without a warning that has to name anything. */
export const untraced: Trace = { note: (read) => read, move: (_, to) => to }

/** Returns the path, in the caller's own body, of a field that a writer named by its place in the neutral form. */
export type Locate = (field: string) => string

/**
 * Makes a function that finds fields in the caller's body. The body is read a second time when the first
 * field has to be found, and only then.
 */
export function createLocator(
  client: Pick<ClientFormat, 'readRequest' | 'fieldNames'>,
  body: JsonObject,
  target?: PathTarget,
): Locate {
  let found: Found | undefined
  return (field) => {
    found ??= trace(client, body, target)
    return locate(field, found, client.fieldNames ?? {})
  }
}

interface Found {
  readonly request: NeutralRequest
  readonly paths: ReadonlyMap<object, string>
}

function trace(
  client: Pick<ClientFormat, 'readRequest'>,
  body: JsonObject,
  target: PathTarget | undefined,
): Found {
  const paths = new Map<object, string>()
  const request = client.readRequest(body, target, {
    note(read, path) {
      if (!paths.has(read)) paths.set(read, path)
      return read
    },
    move(from, to) {
      const path = paths.get(from)
      if (path !== undefined) paths.set(to, path)
      return to
    },
  })
  return { request, paths }
}

const messagePattern = /^messages\[(\d{1,9})\](.*)$/
const partPattern = /^\.(content|tool_calls)\[(\d{1,9})\](.*)$/
const toolPattern = /^tools\[(\d{1,9})\](.*)$/

type Names = NonNullable<ClientFormat['fieldNames']>

function locate(field: string, { request, paths }: Found, names: Names): string {
  const tool = toolPattern.exec(field)
  if (tool !== null) {
    const [, index, rest = ''] = tool
    const path = paths.get(request.tools?.[Number(index)] ?? request)
    return path === undefined ? field : path + nameOf(rest, names)
  }
  const [, index, rest = ''] = messagePattern.exec(field) ?? []
  if (index === undefined) return nameOf(field, names)
  const message = request.messages[Number(index)]
  if (message === undefined) return field
  return locatePart(message, rest, paths, names) ?? field
}

/** Goes down into the content as far as it was noted where things stood. */
function locatePart(
  message: NeutralMessage,
  rest: string,
  paths: ReadonlyMap<object, string>,
  names: Names,
): string | undefined {
  let path = paths.get(message)
  let content: readonly NeutralPart[] = message.content
  let left = rest
  for (let match = partPattern.exec(left); match !== null; match = partPattern.exec(left)) {
    const [, kind, index, behind = ''] = match
    const among = kind === 'content' ? content : content.filter(({ type }) => type === 'tool-call')
    const part = among[Number(index)]
    const place = part === undefined ? undefined : paths.get(part)
    if (part === undefined || place === undefined) break
    path = place
    left = behind
    content = part.type === 'tool-result' ? part.content : []
  }
  return path === undefined ? undefined : path + nameOf(left, names)
}

/** Names fields as the caller's format does; those of a part begin with a dot, those of the body do not. */
function nameOf(field: string, names: Names): string {
  if (Object.hasOwn(names, field)) return names[field] ?? field
  const bracket = field.indexOf('[')
  const head = bracket < 0 ? field : field.slice(0, bracket)
  return Object.hasOwn(names, head) ? (names[head] ?? head) + field.slice(head.length) : field
}
