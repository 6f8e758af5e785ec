import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { isObject } from '../core/json.ts'
import type { ConfigCheck } from './checks.ts'
import { indexLines } from './excerpt.ts'
import { explainIssue, valueSpan } from './explain.ts'
import type { IssueContext, SchemaIssue } from './explain.ts'
import { decodeText, FileProblem, readLocalFile } from './files.ts'
import type { ReadFile } from './files.ts'
import { deepFreeze } from './freeze.ts'
import { maskSource, removedSecret } from './mask.ts'
import { toError } from './report.ts'
import type { Report } from './report.ts'
import { digestFiles } from './named-files.ts'
import type { Path } from './problem.ts'
import { ConfigError, formatPath, pathKey } from './problem.ts'
import { canonicalJson, createRedaction, literalSecrets } from './redact.ts'
import type { Redaction } from './redact.ts'
import { resolveReferences } from './secrets.ts'
import type { ResolvedDocument } from './secrets.ts'
import { createShape, typeNameOf } from './shape.ts'
import type { Shape } from './shape.ts'
import { parseSource } from './source.ts'
import type { Fault, Source } from './source.ts'

/** Outcome of measuring data by a schema. */
export type SchemaResult<T> =
  | { readonly isValid: true; readonly config: T }
  | { readonly isValid: false; readonly issues: readonly SchemaIssue[] }

/** A schema as the loader needs it; `describeSchema` makes one from zod. */
export interface ConfigSchema<T> {
  parse(value: unknown): SchemaResult<T>
  /** JSON Schema of the input; `writeOnly` marks the secrets. */
  readonly jsonSchema: JsonObject
  readonly checks: readonly ConfigCheck<T>[]
  /** Returns the files that a configuration names beside its references, such as certificates. */
  readonly filesOf: (config: T) => readonly string[]
}

/** A configuration that was accepted, and everything about it that may be shown. */
export interface LoadedConfig<T> {
  /** Deeply frozen. Secrets in it are real, wrapped in `Secret`. */
  readonly config: T
  /**
   * 16 hex digits that identify the effective configuration. Referenced secrets count by their
   * reference and literal ones by a digest under `digestKey`, or not at all without one. Named files
   * count by their names.
   */
  readonly version: string
  /**
   * Changes whenever any effective value does, secrets included, and whenever a named file does; only
   * comparable within one loader.
   */
  readonly fingerprint: string
  readonly path: string
  /** The source as it was written, secrets in it replaced by a note. */
  readonly text: string
  /** Paths of the values that were replaced in `text`. */
  readonly masked: readonly string[]
  /** The effective configuration with defaults, secrets replaced by their reference or a note. */
  readonly document: JsonObject
  /** Absolute paths of the files that references and settings name. */
  readonly files: readonly string[]
}

/** What a loader depends on and which bounds it keeps. */
export interface LoaderOptions<T> {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly readFile?: ReadFile
  /** Largest configuration file in bytes; 1 MiB unless told. */
  readonly maxBytes?: number
  /** Returns the key of the digests by which literal secrets enter the version, where there is one. */
  readonly digestKey?: (config: T) => Promise<Uint8Array | undefined>
}

/** Loads one kind of configuration; throws `ConfigError` for anything wrong with it. */
export interface ConfigLoader<T> {
  load(path: string): Promise<LoadedConfig<T>>
  /** Loads from a text that is not yet in the file at `path`. */
  parse(text: string, path: string): Promise<LoadedConfig<T>>
  /** The source text of a file, with nothing hidden; only for writing it back. */
  read(path: string): Promise<string>
  readonly schema: ConfigSchema<T>
}

const defaultMaxBytes = 1_048_576

/** Loads a configuration once; see `createConfigLoader`. */
export function loadConfig<T>(
  options: LoaderOptions<T> & { readonly path: string; readonly schema: ConfigSchema<T> },
): Promise<LoadedConfig<T>> {
  return createConfigLoader(options.schema, options).load(options.path)
}

/** Makes a loader of the configurations that a schema describes. */
export function createConfigLoader<T>(
  schema: ConfigSchema<T>,
  options: LoaderOptions<T>,
): ConfigLoader<T> {
  const shape = createShape(schema.jsonSchema)
  const fingerprintKey = randomBytes(32)
  const maxBytes = options.maxBytes ?? defaultMaxBytes
  const readFile = options.readFile ?? readLocalFile

  const read = async (path: string): Promise<string> => {
    try {
      return decodeText(await readFile(path, maxBytes))
    } catch (error) {
      const reason = error instanceof FileProblem ? error.message : 'cannot be read'
      const problem = { line: 1, column: 1, path: '', message: `the file ${reason}` }
      throw new ConfigError(path, [problem], [])
    }
  }

  const parse = async (text: string, path: string): Promise<LoadedConfig<T>> => {
    const source = parseSource(text)
    const lines = indexLines(text)
    const report = { path, source, lines, shape }
    if (source.faults.length > 0) throw toError(report, source.faults, [])
    const sources = { environment: options.environment, readFile, path }
    const document = await resolveReferences(source, text, sources)
    const faults = [...document.faults, ...removedSecrets(source)]
    if (faults.length > 0) throw toError(report, faults, document.files)
    const value = coerceReferences(document, shape)
    const config = measure(schema, value, { ...report, document })
    const redaction = createRedaction(document, config)
    const digest = digestWith(await options.digestKey?.(config))
    const named = await digestFiles(schema.filesOf(config), readFile)
    const { text: stored, masked } = maskSource(text, source, shape, secretsOf(document, config))
    return deepFreeze({
      config,
      version: sha256(canonicalJson(redaction.redact(config, digest))).slice(0, 16),
      fingerprint: hmac(fingerprintKey, canonicalJson([value, named.digest])),
      path,
      text: stored,
      masked: masked.map(formatPath),
      document: redaction.redact(config),
      files: [...new Set([...document.files, ...named.paths])],
    })
  }

  return { schema, read, parse, load: async (path) => parse(await read(path), path) }
}

/** Measures the resolved document by the schema and by the checks. */
function measure<T>(
  schema: ConfigSchema<T>,
  value: JsonValue,
  report: Report & { readonly document: ResolvedDocument },
): T {
  const { document, source, shape } = report
  const referenceAt = (path: Path): string | undefined =>
    document.resolved.get(pathKey(path))?.references
  const context: IssueContext = { document: value, shape, places: source.places, referenceAt }
  const result = attempt(() => schema.parse(value))
  if (result === undefined) {
    const fault = {
      path: [],
      span: { start: 0, end: 0 },
      message: 'the schema cannot measure this',
    }
    throw toError(report, [fault], document.files)
  }
  if (!result.isValid) {
    const faults = result.issues.flatMap((issue) => explainIssue(issue, context))
    throw toError(
      report,
      withoutSecrets(faults, document, createRedaction(document)),
      document.files,
    )
  }
  const found = schema.checks.flatMap((check) => check(result.config))
  if (found.length > 0) {
    const faults = found.map((problem) => ({
      ...problem,
      span: valueSpan(problem.path, context),
    }))
    const redaction = createRedaction(document, result.config)
    throw toError(report, withoutSecrets(faults, document, redaction), document.files)
  }
  return result.config
}

/** Schemas and checks write their own words, so whatever they say is searched for secrets. */
function withoutSecrets(
  faults: readonly Fault[],
  document: ResolvedDocument,
  redaction: Redaction,
): Fault[] {
  return faults.map(({ path, span, message, hint }) => {
    const resolved = document.resolved.get(pathKey(path))
    const value = resolved?.value.reveal() ?? ''
    const scrub = (text: string): string => {
      const safe = redaction.scrub(text)
      if (resolved === undefined || value === '') return safe
      const rest = safe.replaceAll(resolved.references, '')
      return rest.includes(value) ? `not valid (the value is that of ${resolved.references})` : safe
    }
    return {
      path,
      span,
      message: scrub(message),
      ...(hint === undefined ? {} : { hint: scrub(hint) }),
    }
  })
}

/** A text from a reference stands where a number or a truth value belongs: it is read as one. */
function coerceReferences(document: ResolvedDocument, shape: Shape): JsonValue {
  const visit = (value: JsonValue, path: Path): JsonValue => {
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index]))
    if (isObject(value)) {
      const fields = Object.entries(value)
      return Object.fromEntries(
        fields.map(([name, child]) => [name, visit(child ?? null, [...path, name])]),
      )
    }
    if (typeof value !== 'string' || !document.resolved.has(pathKey(path))) return value
    const types = shape.typesAt(document.value, path)
    if (types.size === 0 || types.has('string')) return value
    const isNumber = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)
    const read = isNumber || value === 'true' || value === 'false' ? parseScalar(value) : value
    return types.has(typeNameOf(read)) || (types.has('number') && isNumber) ? read : value
  }
  return visit(document.value, [])
}

function parseScalar(text: string): JsonValue {
  return text === 'true' || text === 'false' ? text === 'true' : Number(text)
}

/** The secrets to look for in the source text: those in the file, and long ones from elsewhere. */
function secretsOf(document: ResolvedDocument, config: unknown): Set<string> {
  const referenced = new Set(document.secrets.map(({ value }) => value.reveal()))
  const literal = [...literalSecrets(config)].filter((secret) => !referenced.has(secret))
  return new Set([...literal, ...[...referenced].filter((secret) => secret.length >= 12)])
}

function removedSecrets(source: Source): Fault[] {
  return [...source.places.values()]
    .filter((place) => place.text === removedSecret)
    .map((place) => ({
      path: place.path,
      span: place.value,
      message: 'a secret was removed here by the configuration history',
      hint: 'put it back, best as ${env:NAME} or ${file:/path}',
    }))
}

/** Runs a schema, which may hold code of its own that throws; its words could repeat a secret. */
function attempt<R>(run: () => R): R | undefined {
  try {
    return run()
  } catch {
    // Reported by the caller as a schema that cannot measure the document.
    return undefined
  }
}

function digestWith(key: Uint8Array | undefined): (secret: string) => string {
  return key === undefined
    ? () => '[secret]'
    : (secret) => `[secret ${hmac(key, secret).slice(0, 32)}]`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}
