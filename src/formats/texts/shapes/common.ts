import { asString } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import {
  changed,
  each,
  free,
  json,
  later,
  members,
  of,
  opaque,
  protocol,
  schema,
  text,
  unknown,
  url,
  within,
  word,
} from '../shape.ts'
import type { Rule, Scope, Shape, TextRole, Visit } from '../shape.ts'
import { offeredTool } from '../tools.ts'

const roles: ReadonlyMap<unknown, TextRole> = new Map<unknown, TextRole>([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['model', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

/** Applies the role that a message names; one that nobody knows changes nothing. */
export function withRole(scope: Scope, role: JsonValue | undefined): Scope {
  const known = roles.get(role)
  if (known === undefined) return scope
  return changed(scope, { role: known, kind: known === 'tool' ? 'tool-result' : scope.kind })
}

/** Text that a tool is called with. */
export const toolArguments = { kind: 'tool-arguments' } as const satisfies Partial<Scope>
/** Text that a tool gave back. */
export const toolResult = { role: 'tool', kind: 'tool-result' } as const satisfies Partial<Scope>
/** Text of a document that was given or retrieved. */
export const documentText = { role: 'document', kind: 'document' } as const satisfies Partial<Scope>

/** An object that a tool is called with, or the same as JSON text. */
export const argumentsRule: Rule = within(json, toolArguments)
/** Whatever a tool gave back. */
export const resultRule: Rule = within(free, toolResult)

/** The definition of a tool, in the words of any vendor. */
const definition: Shape = {
  members: members(
    each(text, 'name', 'description'),
    each(schema, 'parameters', 'input_schema', 'output_schema', 'parametersJsonSchema', 'response'),
    each(schema, 'parameters_json_schema', 'responseJsonSchema', 'response_json_schema'),
    each(word, 'type', 'strict', 'behavior', 'execution', 'search_context_size'),
    each(word, 'server_label', 'require_approval', 'connector_id', 'defer_loading'),
    { vector_store_ids: protocol, container: protocol, allowed_callers: protocol, server_url: url },
    { inputSchema: of({ members: members({ json: schema }) }), input_examples: free },
    { cache_control: of({ members: members(each(word, 'type', 'ttl')) }) },
  ),
  enter(object, scope, visit) {
    tellOffer(object, visit)
    return changed(scope, { source: asString(object['name']) ?? scope.source })
  },
}

/** The members behind which a definition stands once more inside. */
const wrappers = ['function', 'custom', 'toolSpec', 'tool', 'tools'] as const

/** Tells of a tool by its name, or of one of the vendor's own by its type. */
function tellOffer(object: JsonObject, { tell }: Visit): void {
  if (tell === undefined || wrappers.some((name) => typeof object[name] === 'object')) return
  const name = asString(object['name']) ?? asString(object['type'])
  if (name !== undefined && name !== '') tell(offeredTool(name, object))
}

export const toolDefinition: Shape = {
  members: new Map([
    ...definition.members,
    ...members(each(of(definition), 'function', 'custom', 'toolSpec', 'tool')),
    ['tools', later(() => toolDefinition)],
  ]),
  enter: definition.enter ?? ((_, scope) => scope),
}
/** Tools that a request offers or an answer lists. */
export const toolDefinitions: Rule = of(toolDefinition, { scope: { role: 'system', kind: 'text' } })

/** How an answer is to look, in the words of OpenAI. */
export const responseFormat: Rule = of({
  members: members(each(word, 'type', 'strict'), each(text, 'name', 'description'), {
    schema,
    json_schema: of({ members: members(each(text, 'name', 'description'), { schema }) }),
  }),
})

/** Takes the title of a document as its source. */
export function withTitle(object: JsonObject, scope: Scope): Scope {
  const title = asString(object['title']) ?? asString(object['name'])
  return title === undefined ? scope : changed(scope, { source: title })
}

/** Takes the name of a file as its source. */
export function withFilename(object: JsonObject, scope: Scope): Scope {
  const name = asString(object['filename'])
  return name === undefined ? scope : changed(scope, { source: name })
}

/** A document with a text or any members; strings stand for documents as well. */
export const documents: Rule = of(
  {
    members: members({ id: word, url, data: free, text, title: text, snippet: text }),
    other: free,
    isFree: true,
    enter: withTitle,
  },
  { scope: documentText },
)

/** What an answer refers to. */
export const annotations: Rule = of({
  members: members(each(word, 'type', 'index'), each(opaque, 'file_id', 'container_id'), {
    url,
    title: text,
    filename: text,
    url_citation: of({ members: members({ url, title: text, type: word }) }),
  }),
})

/** Parts of an error that a provider tells. */
export const errorRule: Rule = of({
  members: members(each(word, 'type', 'code', 'param', 'status'), { message: text }),
  other: unknown,
})
