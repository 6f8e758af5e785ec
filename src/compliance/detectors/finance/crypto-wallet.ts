import { createHash } from 'node:crypto'
import type { Sighting } from '../../types.ts'
import { confidence } from '../contract.ts'
import type { TriggerDetector } from '../contract.ts'
import { codeAt, isAlnumCode, opensHere } from '../surroundings.ts'
import { keccak256 } from './keccak.ts'

const longest = 128

/**
 * Address of a crypto wallet: Bitcoin and its kin in Base58Check or Bech32, Ethereum with the capitals of
 * EIP-55 (all in one case is a mere format).
 */
export const cryptoWallet: TriggerDetector = {
  label: 'crypto-wallet',
  category: 'financial',
  context: [
    'wallet',
    'bitcoin',
    'btc',
    'ethereum',
    'eth',
    'crypto',
    'address',
    'litecoin',
    'usdt',
    'blockchain',
    'metamask',
  ],
  triggers: ['long-token'],
  at(text, start) {
    let end = start
    while (end - start <= longest && isAlnumCode(codeAt(text, end))) end++
    if (end - start > longest || !opensHere(text, start)) return undefined
    const score = rateAddress(text.slice(start, end))
    return score > 0 ? ({ start, end, score } satisfies Sighting) : undefined
  },
}

function rateAddress(token: string): number {
  if (token.startsWith('0x')) return rateEthereum(token)
  if (token.length <= 36)
    return /^[13LMDTXAr]/.test(token) && isBase58Check(token) ? confidence.certain : 0
  return isBech32(token.toLowerCase()) ? confidence.certain : 0
}

function rateEthereum(token: string): number {
  const address = token.slice(2)
  if (!/^[0-9a-fA-F]{40}$/.test(address)) return 0
  const lower = address.toLowerCase()
  if (address === lower || address === address.toUpperCase()) return confidence.likely
  const hash = keccak256(lower)
  for (let i = 0; i < 40; i++) {
    const character = lower.charAt(i)
    const expected = hash.charCodeAt(i) >= 56 ? character.toUpperCase() : character
    if (expected !== address.charAt(i)) return 0
  }
  return confidence.certain
}

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const rippleBase58 = 'rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz'

function isBase58Check(token: string): boolean {
  const alphabet = token.startsWith('r') ? rippleBase58 : base58
  const bytes = new Uint8Array(25)
  for (let i = 0; i < token.length; i++) {
    let carry = alphabet.indexOf(token.charAt(i))
    if (carry < 0) return false
    for (let j = bytes.length - 1; j >= 0; j--) {
      carry += (bytes[j] ?? 0) * 58
      bytes[j] = carry & 255
      carry >>= 8
    }
    if (carry !== 0) return false
  }
  const once = createHash('sha256').update(bytes.subarray(0, 21)).digest()
  const check = createHash('sha256').update(once).digest()
  return bytes.subarray(21).every((byte, index) => byte === check[index])
}

const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const
const prefixes = new Set(['bc', 'tb', 'ltc', 'addr', 'stake', 'cosmos', 'osmo'])

/** Bech32 and Bech32m (BIP 173 and 350). */
function isBech32(token: string): boolean {
  const split = token.lastIndexOf('1')
  const prefix = token.slice(0, split)
  if (!prefixes.has(prefix) || token.length - split < 7) return false
  let check = 1
  const feed = (value: number): void => {
    const top = check >>> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    generators.forEach((generator, index) => {
      if (((top >>> index) & 1) === 1) check ^= generator
    })
  }
  for (const character of prefix) feed(character.charCodeAt(0) >> 5)
  feed(0)
  for (const character of prefix) feed(character.charCodeAt(0) & 31)
  for (const character of token.slice(split + 1)) {
    const value = bech32.indexOf(character)
    if (value < 0) return false
    feed(value)
  }
  return check === 1 || check === 0x2bc830a3
}
