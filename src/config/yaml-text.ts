import { stringify } from 'yaml'
import type { JsonObject } from '../core/json.ts'
import type { Path } from './problem.ts'
import { pathKey } from './problem.ts'
import { hasReference } from './references.ts'
import { parseSource } from './source.ts'

/** Writes a document as YAML. */
export function writeYaml(document: JsonObject): string {
  return stringify(document, { lineWidth: 0 })
}

/**
 * Reads one text out of a configuration that may be invalid otherwise; `undefined` when it is not
 * there, is a reference, or the source is no YAML.
 */
export function peekText(source: string, path: Path): string | undefined {
  const text = parseSource(source).places.get(pathKey(path))?.text
  return text === undefined || hasReference(text) ? undefined : text
}
