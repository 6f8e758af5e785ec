/** Settings that name a file which is read when a configuration is put in force, and watched from then on. */
export const watchedSettings: ReadonlySet<string> = new Set([
  'caFile',
  'casesFile',
  'certFile',
  'certificateFile',
  'file',
  'keyFile',
])

/** Returns the files that a configuration names in such settings, wherever they stand. */
export function watchedFiles(config: unknown): string[] {
  if (typeof config !== 'object' || config === null) return []
  return Object.entries(config).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value !== 'string') return watchedFiles(value)
    return watchedSettings.has(name) && !Array.isArray(config) ? [value] : []
  })
}
