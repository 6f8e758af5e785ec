import { decodeBase64 } from './base64.ts'
import { isTreeSize } from './compact-range.ts'
import { hashBytes } from './hash.ts'

/** The head of a tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Names the log, such as `audit.example.com/gateway-1`. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** Lines below the root; nothing is known of them. */
  readonly extensions: readonly string[]
}

const maxOriginBytes = 255
const maxExtensions = 16

/** Writes the text of a checkpoint, ready to be signed. Throws `TypeError` for what cannot be one. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const text = [origin, size, Buffer.from(root).toString('base64'), ...extensions, ''].join('\n')
  if (parseCheckpoint(text)?.extensions.length !== extensions.length) {
    throw new TypeError('a checkpoint has an origin of one line, a size, a root of 32 bytes')
  }
  return text
}

/** Reads the text of a checkpoint; `undefined` unless it is written exactly as it has to be. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.length > 3 + maxExtensions) return undefined
  const [origin = '', digits = '', base64 = '', ...extensions] = lines
  const root = decodeBase64(base64)
  const size = /^(0|[1-9]\d{0,15})$/.test(digits) ? Number(digits) : NaN
  if (origin === '' || Buffer.byteLength(origin) > maxOriginBytes || !isTreeSize(size)) {
    return undefined
  }
  if (root?.length !== hashBytes || extensions.includes('')) return undefined
  return { origin, size, root, extensions }
}
