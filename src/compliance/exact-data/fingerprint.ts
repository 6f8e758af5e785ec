/** Two well mixed halves of a fast fingerprint. It is no secret hash: whoever has it can try values. */
export interface Fingerprint {
  one: number
  two: number
}

/** Kinds of values and of what is remembered of them; each has fingerprints of its own. */
export const salts = {
  words: 0x51ed270b,
  beginning: 0x2f6b1a95,
  code: 0x3c6ef372,
  email: 0x1b873593,
}

/** A fingerprint of nothing yet. */
export function startFingerprint(): Fingerprint {
  return { one: 0x811c9dc5 | 0, two: 0x2545f491 }
}

/** Adds a number, such as a character or a half of the hash of a word. */
export function extend(fingerprint: Fingerprint, one: number, two = one): void {
  fingerprint.one = Math.imul(fingerprint.one ^ one, 0x01000193) ^ (fingerprint.one >>> 15)
  fingerprint.two = (Math.imul(fingerprint.two ^ (fingerprint.two >>> 13), 0x5bd1e995) + two) | 0
}

/**
 * Bloom filter in blocks of 32 bytes, of which a look-up reads one: about one of 200 values passes that was
 * never added.
 */
export class FingerprintFilter {
  /** Eight words for each block; their number is a power of two. */
  readonly bits: Int32Array
  readonly #mask: number

  constructor(bits: Int32Array) {
    this.bits = bits
    this.#mask = bits.length / 8 - 1
  }

  /** An empty filter for so many fingerprints: 16 to 32 bits for each. */
  static for(count: number): FingerprintFilter {
    let blocks = 1
    while (blocks * 16 < count) blocks *= 2
    return new FingerprintFilter(new Int32Array(blocks * 8))
  }

  add({ one, two }: Fingerprint, salt: number): void {
    const block = (mix(one ^ salt) & this.#mask) << 3
    const places = mix(two + salt)
    for (let shift = 0; shift < 32; shift += 8) {
      const place = (places >>> shift) & 255
      const at = block + (place >>> 5)
      this.bits[at] = (this.bits[at] ?? 0) | (1 << place)
    }
  }

  /** Tells whether a fingerprint may have been added. */
  has({ one, two }: Fingerprint, salt: number): boolean {
    const { bits } = this
    const block = (mix(one ^ salt) & this.#mask) << 3
    const places = mix(two + salt)
    for (let shift = 0; shift < 32; shift += 8) {
      const place = (places >>> shift) & 255
      if (((bits[block + (place >>> 5)] ?? 0) & (1 << place)) === 0) return false
    }
    return true
  }
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
