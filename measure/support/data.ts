import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Reads the rows of a file of JSON lines, packed or not; none where the file is not there. */
export function readRows<T>(dataDir: string, file: string): T[] {
  const path = join(dataDir, file)
  if (!existsSync(path)) return []
  const bytes = readFileSync(path)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

/** Measures how long work takes for each kB (1,024 UTF-16 code units) of texts: the best of some rounds, in µs. */
export function costPerKilobyte(texts: readonly string[], work: (text: string) => unknown): number {
  const length = texts.reduce((sum, text) => sum + text.length, 0)
  let best = Infinity
  for (let round = 0; round < 8; round++) {
    const start = performance.now()
    for (const text of texts) work(text)
    best = Math.min(best, performance.now() - start)
  }
  return (best * 1000) / (length / 1024)
}
