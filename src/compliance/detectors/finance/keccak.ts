/** Keccak-256 as Ethereum uses it (the padding before FIPS 202), for inputs shorter than one block. */

const rounds = 24
const lanes = 25
const blockBytes = 136

const rotations = [
  0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
] as const

/** Where the permutation moves each lane. */
const targets = rotations.map((_, lane) => {
  const [x, y] = [lane % 5, Math.floor(lane / 5)]
  return y + 5 * ((2 * x + 3 * y) % 5)
})

const roundConstants = buildRoundConstants()

/**
 * Digest of an ASCII string in lower-case hexadecimal.
 *
 * @throws {Error} when the string does not fit one block.
 */
export function keccak256(ascii: string): string {
  if (ascii.length >= blockBytes) throw new Error(`keccak256: ${ascii.length} bytes, at most 135`)
  const bytes = new Uint8Array(lanes * 8)
  for (let i = 0; i < ascii.length; i++) bytes[i] = ascii.charCodeAt(i)
  bytes[ascii.length] = 1
  bytes[blockBytes - 1] = (bytes[blockBytes - 1] ?? 0) | 0x80
  permute(new Uint32Array(bytes.buffer))
  return Buffer.from(bytes.buffer, 0, 32).toString('hex')
}

/** Keccak-f[1600] over 25 lanes of two 32-bit halves, low half first. */
function permute(state: Uint32Array): void {
  const columns = new Uint32Array(10)
  const moved = new Uint32Array(lanes * 2)
  for (let round = 0; round < rounds; round++) {
    mixColumns(state, columns)
    rotateLanes(state, moved)
    for (let row = 0; row < lanes * 2; row += 10) {
      for (let i = 0; i < 10; i++) {
        const b = moved[row + ((i + 2) % 10)] ?? 0
        const c = moved[row + ((i + 4) % 10)] ?? 0
        state[row + i] = (moved[row + i] ?? 0) ^ (~b & c)
      }
    }
    state[0] = (state[0] ?? 0) ^ (roundConstants[2 * round] ?? 0)
    state[1] = (state[1] ?? 0) ^ (roundConstants[2 * round + 1] ?? 0)
  }
}

function mixColumns(state: Uint32Array, columns: Uint32Array): void {
  for (let i = 0; i < 10; i++) {
    let parity = 0
    for (let lane = i; lane < lanes * 2; lane += 10) parity ^= state[lane] ?? 0
    columns[i] = parity
  }
  for (let x = 0; x < 10; x += 2) {
    const next = (x + 2) % 10
    const previous = (x + 8) % 10
    const low = columns[next] ?? 0
    const high = columns[next + 1] ?? 0
    const mixLow = (columns[previous] ?? 0) ^ ((low << 1) | (high >>> 31))
    const mixHigh = (columns[previous + 1] ?? 0) ^ ((high << 1) | (low >>> 31))
    for (let lane = x; lane < lanes * 2; lane += 10) {
      state[lane] = (state[lane] ?? 0) ^ mixLow
      state[lane + 1] = (state[lane + 1] ?? 0) ^ mixHigh
    }
  }
}

function rotateLanes(state: Uint32Array, moved: Uint32Array): void {
  for (let lane = 0; lane < lanes; lane++) {
    const bits = rotations[lane] ?? 0
    const swap = bits >= 32 ? 1 : 0
    const a = state[2 * lane + swap] ?? 0
    const b = state[2 * lane + 1 - swap] ?? 0
    const shift = bits % 32
    const target = 2 * (targets[lane] ?? 0)
    moved[target] = shift === 0 ? a : (a << shift) | (b >>> (32 - shift))
    moved[target + 1] = shift === 0 ? b : (b << shift) | (a >>> (32 - shift))
  }
}

/** Round constants from the shift register of the specification, low half first. */
function buildRoundConstants(): Uint32Array {
  const constants = new Uint32Array(rounds * 2)
  let register = 1
  for (let round = 0; round < rounds; round++) {
    for (let j = 0; j < 7; j++) {
      if ((register & 1) === 1) {
        const bit = 2 ** j - 1
        const word = 2 * round + (bit >= 32 ? 1 : 0)
        constants[word] = (constants[word] ?? 0) ^ (1 << (bit % 32))
      }
      register = (register << 1) ^ ((register & 0x80) === 0 ? 0 : 0x171)
    }
  }
  return constants
}
