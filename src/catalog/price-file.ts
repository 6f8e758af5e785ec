import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { priceFileSchema } from './prices-config.ts'
import type { PriceEntry } from './prices-config.ts'

/** Reads the file that `prices.file` names, YAML or JSON. Throws with the place of what is wrong in it. */
export function readPriceFile(path: string): readonly PriceEntry[] {
  let document: unknown
  try {
    document = parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The price file ${path} cannot be read: ${reason}`, { cause: error })
  }
  const result = priceFileSchema.safeParse(document)
  if (result.success) return result.data.entries
  const issue = result.error.issues[0]
  throw new Error(
    `The price file ${path} is not valid at ${issue?.path.join('.') ?? 'its top'}: ${issue?.message ?? ''}`,
  )
}
