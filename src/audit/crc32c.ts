/** Computes CRC-32C checksums (Castagnoli, RFC 3720 §B.4) of parts of byte arrays. */
export type Crc32c = (bytes: Uint8Array, from: number, to: number) => number

/** Makes a CRC-32C function with its own tables; it takes eight bytes a step ("slicing by 8"). */
export function createCrc32c(): Crc32c {
  const table = slicingTable()
  // The `?? 0` never applies (every index is in range): it satisfies the type checker for free.
  return (bytes, from, to) => {
    let crc = -1
    let at = from
    for (; at + 8 <= to; at += 8) {
      const low =
        crc ^
        ((bytes[at] ?? 0) |
          ((bytes[at + 1] ?? 0) << 8) |
          ((bytes[at + 2] ?? 0) << 16) |
          ((bytes[at + 3] ?? 0) << 24))
      crc =
        (table[1792 + (low & 255)] ?? 0) ^
        (table[1536 + ((low >>> 8) & 255)] ?? 0) ^
        (table[1280 + ((low >>> 16) & 255)] ?? 0) ^
        (table[1024 + (low >>> 24)] ?? 0) ^
        (table[768 + (bytes[at + 4] ?? 0)] ?? 0) ^
        (table[512 + (bytes[at + 5] ?? 0)] ?? 0) ^
        (table[256 + (bytes[at + 6] ?? 0)] ?? 0) ^
        (table[bytes[at + 7] ?? 0] ?? 0)
    }
    for (; at < to; at++) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] ?? 0)) & 255] ?? 0)
    return ~crc >>> 0
  }
}

/** Table `k` (entries `256 k` to `256 k + 255`) advances a byte over `k` zero bytes. */
function slicingTable(): Uint32Array {
  const reflectedPolynomial = 0x82f63b78
  const table = new Uint32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >>> 1) ^ reflectedPolynomial : crc >>> 1
    }
    table[byte] = crc
  }
  for (let index = 256; index < table.length; index++) {
    const previous = table[index - 256] ?? 0
    table[index] = (previous >>> 8) ^ (table[previous & 255] ?? 0)
  }
  return table
}
