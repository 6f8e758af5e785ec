import { isPlaceholder } from './randomness.ts'
import type { SecretSighting } from './rule.ts'

const maxBlockLength = 4_000
const kindSecret = /kind:[ \t]*["']?secret["']?[ \t]*(?:\r?\n|$)/iy
const dataBlock =
  /(?:^|\n)["']?(?:data|stringData)["']?:[^\S\n]*\r?\n((?:[ \t]+[^\n]*(?:\n|$)|[ \t]*\n)+)/
const dataLine =
  /^[ \t]+["']?[\w.-]+["']?:[ \t]*(?:[>|][+-]?[ \t]*\r?\n[ \t]+)?["']?([A-Za-z0-9+/]{6,}={0,3})["']?[ \t]*\r?$/gm
const userArgument = /[ =]*(["'])?([^\s"':]{0,64})\1?:(["'])?([^\s"']{1,200})/y
const commands = ['curl ', 'wget ', 'http ']
const plainPasswords = /^(?:pass(?:word|wd)?|pwd|secret|token|x-oauth-basic)$/i

/** The values of a Kubernetes secret, and where the document that holds it ends. */
export interface KubernetesSecret {
  readonly sightings: readonly SecretSighting[]
  readonly end: number
}

/** Reads the Kubernetes secret whose `kind:` begins at `at`; its values may be encoded or not. */
export function findKubernetesSecret(text: string, at: number): KubernetesSecret | undefined {
  kindSecret.lastIndex = at
  const beginsLine = at === 0 || text[at - 1] === '\n'
  if (!beginsLine || !kindSecret.test(text)) return undefined
  const before = text.slice(Math.max(0, at - maxBlockLength), at)
  const from = at - before.length + Math.max(0, before.lastIndexOf('\n---'))
  const rest = text.slice(at, at + maxBlockLength)
  const next = rest.indexOf('\n---')
  const end = at + (next < 0 ? rest.length : next)
  const document = text.slice(from, end)
  const block = dataBlock.exec(document)
  if (block === null) return { sightings: [], end }
  const lines = block[1] ?? ''
  const offset = from + block.index + block[0].length - lines.length
  return { sightings: valuesOf(lines, offset), end }
}

function valuesOf(lines: string, offset: number): SecretSighting[] {
  const sightings: SecretSighting[] = []
  for (const line of lines.matchAll(dataLine)) {
    const value = line[1] ?? ''
    if (isPlaceholder(value)) continue
    const start = offset + line.index + line[0].lastIndexOf(value)
    const end = start + value.length
    sightings.push({ label: 'credential', rule: 'kubernetes-secret', start, end, score: 0.8 })
  }
  return sightings
}

/** Finds the password behind the `-u` or `--user` of curl that ends at `at`. */
export function findCommandPassword(text: string, at: number): SecretSighting | undefined {
  const before = text.slice(Math.max(0, at - 300), at)
  if (!commands.some((command) => before.includes(command))) return undefined
  userArgument.lastIndex = at
  const match = userArgument.exec(text)
  const password = match?.[4] ?? ''
  if (match === null || password.length < 4 || isPlaceholder(password)) return undefined
  if (plainPasswords.test(password)) return undefined
  const end = at + match[0].length
  return {
    label: 'password',
    rule: 'command-line-password',
    start: end - password.length,
    end,
    score: 0.75,
  }
}
