import { createHash } from 'node:crypto'
import type { PolicyFrame, PolicyRule } from './rule.ts'

/**
 * Hashes what decides: rules and frames written out, in an order of their own, without places, descriptions and
 * cases. 16 hex digits; the same whatever order rules, policies and lists were written in.
 */
export function versionOf(frames: readonly PolicyFrame[], rules: readonly PolicyRule[]): string {
  const said = [
    ...frames.map((frame) => canonical({ frame: decisive(frame) })),
    ...rules.map((rule) => canonical({ rule: decisive(rule) })),
  ]
  if (said.length === 0) return 'none'
  return createHash('sha256').update(said.sort().join('\n')).digest('hex').slice(0, 16)
}

/** Members that decide nothing. */
const indecisive = new Set(['path', 'description', 'isFromPack', 'written'])

function decisive(part: PolicyFrame | PolicyRule): Record<string, unknown> {
  return Object.fromEntries(Object.entries(part).filter(([name]) => !indecisive.has(name)))
}

/** Writes a value so that equal meanings are equal texts: keys in order, lists as sets. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(canonical))].sort().join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
