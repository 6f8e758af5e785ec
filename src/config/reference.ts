import { asArray, asObject, asString, isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'

/**
 * Renders the reference of a configuration as Markdown from its JSON Schema: a section for each
 * top-level key, a row for each setting, a table for each member of a union.
 */
export function renderReference(schema: JsonObject): string {
  const sections = Object.entries(asObject(schema['properties']) ?? {}).map(([name, section]) =>
    renderSection(name, asObject(section) ?? {}),
  )
  return `${introduction}\n${sections.join('\n')}\n<!-- prettier-ignore-end -->\n`
}

const introduction = `# Configuration reference

<!-- Written by scripts/config-reference.ts from the schemas; edit those. -->
<!-- prettier-ignore-start -->

One YAML file, \`./smartflow.yaml\` unless \`--config\` names another. Every key is checked: an unknown
one is an error that names line, column and the nearest key that exists.

Editors complete and check the file when its first line is

\`\`\`yaml
# yaml-language-server: $schema=./smartflow.schema.json
\`\`\`

and \`smartflow config schema > smartflow.schema.json\` was run beside it.

## Values from outside

| Written | Stands for |
| --- | --- |
| \`\${env:NAME}\` | the environment variable; an error when it is unset or empty |
| \`\${env:NAME:-default}\` | the same, or the default when it is unset or empty |
| \`\${file:path}\` | the content of a file of at most 64 KiB, without its last line break; a relative path starts at the configuration file |
| \`$\${\` | the two characters \`\${\` |

They may stand anywhere in a value, alone or within a text, and where a number or \`true\`/\`false\` is
expected. What came from a reference is never shown: errors, logs, \`config show\` and history hold the
reference instead. Settings marked *secret* are hidden also when they are written into the file, but
belong into a reference.

## Changes, versions, rollback

The running gateway watches the file, the files its references name, and those that settings name:
prices, certificates and keys of listeners, authorities and certificates of providers. A change is checked
first; a file with a mistake is reported and changes nothing. A good one takes effect for every call that
begins after it, while calls in progress end under the configuration they began with.

A listener shows a new certificate to new connections. Those that idle are closed, those with calls in
progress when the calls have ended; the port is never closed in between. Whether a listener has TLS at
all, its address, and what is kept where take effect only after a restart, which the log says.

Each accepted version is kept under \`config-history\` in the data directory: the text as it was written,
when, by whom, what changed. \`smartflow config history\` lists the last 100,
\`smartflow config rollback\` writes the previous one back (or the one it is given) after checking it
against today's schema. A secret that stood in the file itself is replaced by a note in history; going
back to such a version takes it from the present file, where the same entry of the same name still has
it, and is refused otherwise.

A version is 16 hex digits over the effective configuration, defaults included. Layout and comments do
not matter to it. Values from references count by their reference, so that rotating a key is no new
version, though it takes effect at once. Secrets that stand in the file count by a digest, made with a key
that is in the data directory (\`config-digest.key\`, for its owner alone): who sees versions can neither
tell the secrets nor try guesses. Files that settings name count by their names.
`

interface Row {
  readonly key: string
  readonly type: string
  readonly preset: string
  readonly text: string
}

function renderSection(name: string, schema: JsonObject): string {
  const lines = [`## \`${name}\``, '']
  const text = asString(schema['description'])
  if (text !== undefined) lines.push(sentence(text), '')
  const item = asObject(schema['items'])
  const members = membersOf(item ?? schema)
  const prefix = item === undefined ? '' : '[].'
  if (item !== undefined) lines.push('A list.', '')
  if (members.length === 0) {
    lines.push(...renderTable(rowsOf(item ?? schema, prefix)))
    return lines.join('\n')
  }
  for (const member of members) {
    const kind = discriminatorOf(member)
    if (kind !== undefined) lines.push(`### \`${kind}\``, '')
    lines.push(...renderTable(rowsOf(member, prefix)))
  }
  return lines.join('\n')
}

function renderTable(rows: readonly Row[]): string[] {
  if (rows.length === 0) return []
  const lines = rows.map(
    ({ key, type, preset, text }) => `| \`${key}\` | ${type} | ${preset} | ${text} |`,
  )
  return ['| Setting | Type | Default | |', '| --- | --- | --- | --- |', ...lines, '']
}

/** The settings below a schema, those of nested mappings and lists included. */
function rowsOf(schema: JsonObject, prefix: string): Row[] {
  const required = new Set(asArray(schema['required']).map(String))
  return Object.entries(asObject(schema['properties']) ?? {}).flatMap(([name, property]) =>
    isObject(property) ? rowsOfProperty(property, `${prefix}${name}`, required.has(name)) : [],
  )
}

function rowsOfProperty(schema: JsonObject, key: string, isRequired: boolean): Row[] {
  const item = asObject(schema['items'])
  const below = item === undefined ? rowsOf(schema, `${key}.`) : rowsOf(item, `${key}[].`)
  const nested = membersOf(item ?? schema).flatMap((member) =>
    rowsOf(member, `${key}${item === undefined ? '.' : '[].'}`),
  )
  const isGroup = item === undefined && below.length + nested.length > 0
  const preset = schema['default']
  const row = {
    key,
    type: typeOf(schema),
    preset: isRequired ? 'required' : presetOf(isGroup ? undefined : preset),
    text: cell(asString(schema['description']) ?? ''),
  }
  return [...(isGroup && row.text === '' ? [] : [row]), ...below, ...nested]
}

function typeOf(schema: JsonObject): string {
  if (schema['writeOnly'] === true) return '*secret*'
  const choices = asArray(schema['enum'])
  if (choices.length > 0) return choices.map(code).join(', ')
  if (schema['const'] !== undefined) return code(schema['const'])
  const types = asArray(schema['anyOf']).filter(isObject).map(typeOf)
  if (types.length > 0) return [...new Set(types)].join(' or ')
  const item = asObject(schema['items'])
  if (item !== undefined) return `list of ${plural(typeOf(item))}`
  const free = asObject(schema['additionalProperties'])
  if (free !== undefined) return `mapping of names to ${plural(typeOf(free))}`
  return scalarType(schema)
}

function scalarType(schema: JsonObject): string {
  const type = asString(schema['type'])
  if (type === 'object' || asArray(schema['oneOf']).length > 0) return 'mapping'
  if (type === 'boolean') return '`true`, `false`'
  if (type === 'integer' || type === 'number') {
    const name = type === 'integer' ? 'whole number' : 'number'
    const [low, high] = [schema['minimum'], schema['maximum']]
    if (low !== undefined && high !== undefined) return `${name}, ${number(low)} to ${number(high)}`
    return low === undefined ? name : `${name}, at least ${number(low)}`
  }
  const format = asString(schema['format'])
  return format === 'uri' ? 'URL' : format === 'date-time' ? 'time' : 'text'
}

function plural(type: string): string {
  return ['text', 'mapping', 'URL', 'number'].includes(type) ? `${type}s` : type
}

function presetOf(preset: JsonValue | undefined): string {
  if (preset === undefined) return ''
  if (Array.isArray(preset) && preset.length === 0) return 'none'
  return code(preset)
}

function membersOf(schema: JsonObject): JsonObject[] {
  const members = [...asArray(schema['oneOf']), ...asArray(schema['anyOf'])].filter(isObject)
  return members.filter((member) => member['properties'] !== undefined)
}

/** The fixed field that tells the members of a union apart, as it is written. */
function discriminatorOf(schema: JsonObject): string | undefined {
  const fields = Object.entries(asObject(schema['properties']) ?? {})
  const found = fields.find(([, field]) => asObject(field)?.['const'] !== undefined)
  if (found === undefined) return undefined
  return `${found[0]}: ${asString(asObject(found[1])?.['const']) ?? ''}`
}

function number(value: JsonValue): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : code(value)
}

function code(value: JsonValue): string {
  return `\`${cell(typeof value === 'string' ? value : JSON.stringify(value))}\``
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|')
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
