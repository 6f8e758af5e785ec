/**
 * Numbers pairs of 32-bit integers in the order in which they come: a hash table without deletion, of typed
 * arrays only. About 16 bytes for each pair once it is trimmed.
 */
export class PairIndex {
  size = 0
  #firsts: Int32Array
  #seconds: Int32Array
  /** Numbers plus one; 0 where a slot is free. */
  #slots: Int32Array

  constructor(expected: number) {
    this.#firsts = new Int32Array(expected)
    this.#seconds = new Int32Array(expected)
    this.#slots = new Int32Array(slotsFor(expected))
  }

  /** The number of a pair; -1 where it is not there. */
  find(first: number, second: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = hashOf(first, second) & mask; ; slot = (slot + 1) & mask) {
      const number = (slots[slot] ?? 0) - 1
      if (number < 0) return -1
      if (this.#firsts[number] === first && this.#seconds[number] === second) return number
    }
  }

  /** The number of a pair, a new one where it is not there yet. */
  add(first: number, second: number): number {
    const known = this.find(first, second)
    if (known >= 0) return known
    if (this.size === this.#firsts.length) this.#resize(Math.max(64, Math.ceil(this.size * 1.5)))
    const number = this.size++
    this.#firsts[number] = first
    this.#seconds[number] = second
    this.#place(number)
    return number
  }

  /** The first integer of a pair. */
  firstOf(number: number): number {
    return this.#firsts[number] ?? 0
  }

  /** The second integer of a pair. */
  secondOf(number: number): number {
    return this.#seconds[number] ?? 0
  }

  /** Gives back the memory that was kept in reserve. */
  trim(): void {
    this.#resize(this.size)
  }

  #resize(capacity: number): void {
    this.#firsts = resized(this.#firsts, capacity)
    this.#seconds = resized(this.#seconds, capacity)
    const slots = slotsFor(capacity)
    if (slots === this.#slots.length) return
    this.#slots = new Int32Array(slots)
    for (let number = 0; number < this.size; number++) this.#place(number)
  }

  #place(number: number): void {
    const mask = this.#slots.length - 1
    let slot = hashOf(this.firstOf(number), this.secondOf(number)) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = number + 1
  }
}

/** A copy of an array with another length. */
export function resized(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length)
  copy.set(array.length > length ? array.subarray(0, length) : array)
  return copy
}

/** A power of two, so that at most two thirds are taken. */
function slotsFor(count: number): number {
  let slots = 64
  while (slots * 2 < count * 3) slots *= 2
  return slots
}

function hashOf(first: number, second: number): number {
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 13)
}
