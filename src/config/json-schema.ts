import { z } from 'zod'
import { isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { Secret } from '../core/secret.ts'
import type { ConfigCheck } from './checks.ts'
import type { ConfigSchema } from './load.ts'

/** What a schema says about itself in its JSON Schema. */
export interface SchemaIdentity {
  readonly id: string
  readonly title: string
}

/**
 * Makes of a zod schema what the loader needs. A field is a secret, to be hidden everywhere, when
 * its schema ends in a transform to `Secret`.
 * @param filesOf returns the files that a configuration names beside its references
 */
export function describeSchema<T>(
  schema: z.ZodType<T>,
  checks: readonly ConfigCheck<T>[] = [],
  filesOf: (config: T) => readonly string[] = () => [],
): ConfigSchema<T> {
  return {
    jsonSchema: toJsonSchema(schema),
    checks,
    filesOf,
    parse(value) {
      const result = schema.safeParse(value)
      return result.success
        ? { isValid: true, config: result.data }
        : { isValid: false, issues: result.error.issues }
    },
  }
}

/**
 * JSON Schema for editors: as the loader's, but a reference such as `${env:NAME}` is permitted
 * wherever a single value is.
 */
export function editorSchema(schema: JsonObject, identity: SchemaIdentity): JsonObject {
  const { $schema, ...rest } = schema
  const opened = permitReferences(rest)
  return {
    $schema: $schema ?? 'https://json-schema.org/draft/2020-12/schema',
    $id: identity.id,
    title: identity.title,
    ...opened,
    $defs: {
      ...(isObject(opened['$defs']) ? opened['$defs'] : {}),
      reference: {
        type: 'string',
        pattern: '\\$\\{(env:[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?|file:[^}]+)\\}',
        description: 'A value from the environment or from a file: ${env:NAME}, ${file:/path}',
      },
    },
  }
}

function toJsonSchema(schema: z.ZodType): JsonObject {
  const result: unknown = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      if (makesSecret(zodSchema)) jsonSchema.writeOnly = true
      // zod states the safe range of integers where a schema states none; that only disturbs readers.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    },
  })
  return isObject(result) ? result : {}
}

/** Tries the transform of a pipe: schemas do not tell what they produce. */
function makesSecret(schema: z.core.$ZodTypes): boolean {
  if (!(schema instanceof z.ZodPipe) || !(schema.def.out instanceof z.ZodTransform)) return false
  try {
    return schema.def.out.safeParse('a text of no meaning').data instanceof Secret
  } catch {
    // A transform that cannot take any text, or is asynchronous, makes no secret of one.
    return false
  }
}

const scalarTypes = new Set(['number', 'integer', 'boolean'])
const textRules = ['enum', 'pattern', 'format', 'maxLength']

const schemaMaps = ['properties', '$defs']
const schemaLists = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const schemas = ['items', 'additionalProperties']

function permitReferences(schema: JsonObject): JsonObject {
  const type = schema['type']
  const isRuledText = type === 'string' && textRules.some((rule) => schema[rule] !== undefined)
  const isScalar = typeof type === 'string' && scalarTypes.has(type)
  if (schema['const'] === undefined && (isScalar || isRuledText)) return orReference(schema)
  const result: JsonObject = { ...schema }
  const opened = (value: JsonValue | undefined): JsonValue =>
    isObject(value) ? permitReferences(value) : (value ?? null)
  for (const key of schemas) {
    if (result[key] !== undefined) result[key] = opened(result[key])
  }
  for (const key of schemaLists) {
    const list = result[key]
    if (Array.isArray(list)) result[key] = list.map(opened)
  }
  for (const key of schemaMaps) {
    const fields = result[key]
    if (!isObject(fields)) continue
    result[key] = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, opened(field)]),
    )
  }
  return result
}

function orReference(schema: JsonObject): JsonObject {
  const { description, default: preset, writeOnly, ...rules } = schema
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    ...(writeOnly === undefined ? {} : { writeOnly }),
    anyOf: [rules, { $ref: '#/$defs/reference' }],
  }
}
