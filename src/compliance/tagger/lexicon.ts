/** What the lexicon knows of a word, as bits of its value. */
export const lexical = {
  firstNameCommon: 1 << 0,
  firstName: 1 << 1,
  surnameCommon: 1 << 2,
  surname: 1 << 3,
  cityLarge: 1 << 4,
  city: 1 << 5,
  region: 1 << 6,
  /** Noun, verb, or adjective and adverb of the English dictionary. */
  noun: 1 << 7,
  verb: 1 << 8,
  modifier: 1 << 9,
  title: 1 << 10,
  suffix: 1 << 11,
  organisationCue: 1 << 12,
  streetCue: 1 << 13,
  technical: 1 << 14,
  /** Word that stands before names: name, patient, dear, attn. */
  nameCue: 1 << 15,
  /** Role or relation: wife, manager, tenant. */
  role: 1 << 16,
  calendar: 1 << 17,
  particle: 1 << 18,
} as const

/** Bits that tell of names and of ordinary words. */
export const nameBits = 0x3ff
/** Bits that tell of words around names. */
export const cueBits = 0x7fc00

const clusterShift = 19
/** Number of fine word clusters; a word without one has this value. */
export const noCluster = 511
const bitMask = (1 << clusterShift) - 1

/** Words by hash with bits, cluster and frequency. Hashes of 32 bits: two words may share an entry. */
export interface Lexicon {
  /** Bits, cluster and frequency class of a word; `unknownWord` for words that are not in it. */
  find(hash: number): number
  /** Bytes of memory. */
  readonly bytes: number
}

/** Value of a word that the lexicon does not have. */
export const unknownWord = pack({ bits: 0, cluster: noCluster, rank: 0 })

/** Makes a lexicon's value of its parts: rank is 0 (unknown) to 15 (most frequent). */
export function pack(parts: { bits: number; cluster: number; rank: number }): number {
  return ((parts.rank << 28) | (parts.cluster << clusterShift) | parts.bits) >>> 0
}

/** Bits of a lexicon's value. */
export function bitsOf(value: number): number {
  return value & bitMask
}

/** Fine cluster of a lexicon's value, or `noCluster`. */
export function clusterOf(value: number): number {
  return (value >>> clusterShift) & 511
}

/** Frequency class of a lexicon's value, 0 to 15. */
export function rankOf(value: number): number {
  return value >>> 28
}

/**
 * Makes a lexicon of a table as `tableOf` lays it out: it is searched where it lies, so that there is nothing to do when
 * a model is loaded.
 */
export function createLexicon(table: Uint32Array): Lexicon {
  const mask = table.length / 2 - 1
  return {
    bytes: table.byteLength,
    find(hash) {
      for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
        const key = table[slot * 2]
        if (key === hash) return table[slot * 2 + 1] ?? 0
        if (key === 0) return unknownWord
      }
    },
  }
}

/**
 * Lays hashes and their values out as an open table, at most three quarters full: key and value side by side, so that a
 * look-up touches one line of the processor's cache.
 */
export function tableOf(hashes: Uint32Array, values: Uint32Array): Uint32Array {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, hashes.length * 1.34)))
  const mask = size - 1
  const table = new Uint32Array(size * 2)
  hashes.forEach((hash, place) => {
    let slot = spread(hash) & mask
    while (table[slot * 2] !== 0) slot = (slot + 1) & mask
    table[slot * 2] = hash
    table[slot * 2 + 1] = values[place] ?? 0
  })
  return table
}

function spread(hash: number): number {
  return Math.imul(hash ^ (hash >>> 16), 0x45d9f3b) >>> 7
}

/** Hash of a word's folded characters, as the tokeniser makes it; never 0. */
export function hashOf(word: string, folds: Uint16Array): number {
  let hash = hashStart
  for (let place = 0; place < word.length; place += 1) {
    const code = word.charCodeAt(place)
    hash = hashStep(hash, folds[code] ?? code)
  }
  return hash >>> 0 || 1
}

/** Where a word's hash begins. */
export const hashStart = 0x811c9dc5

/** Takes one more character into a hash (FNV-1a with a turn, over UTF-16 code units). */
export function hashStep(hash: number, code: number): number {
  const mixed = Math.imul(hash ^ code, 0x01000193)
  return mixed ^ (mixed >>> 15)
}
