import { createHmac } from 'node:crypto'
import { placeholderName } from './replacer.ts'
import type { Replacer } from './replacer.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
/** Signs of a hash: 65 bits, so that two of a thousand million values hardly ever meet. */
const hashLength = 13

/**
 * Makes keyed hashes such as `<IBAN:k2m…>`: the same value has the same hash in every call, and without the
 * key nobody can try values out (HMAC-SHA-256, RFC 2104). Case, spaces and separators make no difference.
 */
export function createHasher(key: Uint8Array): Replacer {
  return (label, text) => {
    const name = placeholderName(label)
    const digest = createHmac('sha256', key)
      .update(`${name}\n${normalForm(label, text)}`)
      .digest()
    let bits = digest.readBigUInt64BE(0)
    // The first bit of the next byte makes 65.
    bits = (bits << 1n) | BigInt((digest[8] ?? 0) >> 7)
    let hash = ''
    for (let sign = 0; sign < hashLength; sign++) {
      hash = (alphabet[Number(bits & 31n)] ?? '') + hash
      bits >>= 5n
    }
    return `<${name}:${hash}>`
  }
}

const manyWays: ReadonlySet<string> = new Set(['payment-card', 'iban', 'phone'])

function normalForm(label: string, text: string): string {
  const separators = manyWays.has(label) ? /[\s./()-]+/g : /\s+/g
  return text.normalize('NFKC').toLowerCase().replaceAll(separators, '')
}
