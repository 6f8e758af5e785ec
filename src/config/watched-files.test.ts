import { expect, test } from 'bun:test'
import { asObject } from '../core/json.ts'
import type { JsonValue } from '../core/json.ts'
import { configSchema } from './schema.ts'
import { watchedFiles, watchedSettings } from './watched-files.ts'

/** Names of all settings in a JSON schema. */
function settingsIn(schema: JsonValue | undefined): string[] {
  if (Array.isArray(schema)) return schema.flatMap(settingsIn)
  const fields = asObject(schema)
  if (fields === undefined) return []
  const names = Object.keys(asObject(fields['properties']) ?? {})
  return [...names, ...Object.values(fields).flatMap(settingsIn)]
}

test('every setting that names a file is watched, but those that are read anew each time', () => {
  const named = new Set(settingsIn(configSchema.jsonSchema).filter((name) => /file$/i.test(name)))
  expect([...named].filter((name) => !watchedSettings.has(name))).toEqual(['tokenFile'])
  expect([...watchedSettings].filter((name) => !named.has(name))).toEqual([])
})

test('files are found wherever they stand', () => {
  const config = {
    server: { tls: { certFile: 'a', keyFile: 'b' }, listen: 'x' },
    providers: [{ caFile: 'c', auth: { certificateFile: 'd', tokenFile: 'no' } }, { name: 'file' }],
    prices: { file: 'e', entries: [] },
    telemetry: undefined,
  }
  expect(watchedFiles(config)).toEqual(['a', 'b', 'c', 'd', 'e'])
})
