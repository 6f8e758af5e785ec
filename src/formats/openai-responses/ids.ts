import { createHash } from 'node:crypto'

const prefix = 'resp_'
const accepted = /^[A-Za-z0-9_-]{1,100}$/

/**
 * Returns the id of an answer as the id of a response: in the characters of a path, with the prefix that
 * clients check. An answer without an id gets one of its own, since the client will name it later.
 */
export function responseIdOf(id: string): string {
  const rest = id.startsWith(prefix) ? id.slice(prefix.length) : id
  if (accepted.test(rest)) return prefix + rest
  if (rest === '') return prefix + Bun.randomUUIDv7('buffer').toHex()
  const hash = createHash('sha256').update(rest).digest('hex').slice(0, 16)
  return `${prefix}${rest.slice(0, 64).replace(/[^A-Za-z0-9_-]/g, '_')}_${hash}`
}

/** Returns the id of an output item: the same for the same place in the same response. */
export function itemIdOf(
  type: 'msg' | 'rs' | 'fc',
  responseId: string,
  outputIndex: number,
): string {
  return `${type}_${responseId.slice(prefix.length)}_${outputIndex}`
}

/** Tells whether an item's id is one that `itemIdOf` made: no provider knows it. */
export function isInventedItem(id: string): boolean {
  return /^(?:msg|rs|fc)_.+_\d+$/.test(id)
}
