import { expect, test } from 'bun:test'
import { createPatternCompiler } from './index.ts'

const compiler = createPatternCompiler()

/** Times the search of a pattern in texts of two lengths, the best of three. */
function times(
  pattern: string,
  length: number,
  text: (length: number) => string,
): [short: number, long: number] {
  const measure = (length: number): number => {
    const input = text(length)
    const rounds = [0, 1, 2].map(() => {
      const set = compiler.compile([{ pattern }])
      const start = performance.now()
      set.find(input)
      return performance.now() - start
    })
    return Math.min(...rounds)
  }
  return [measure(length), measure(4 * length)]
}

const noise = (length: number): string => {
  let state = 1
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 16) % 2 === 0 ? 'a' : 'b'
  }).join('')
}

test.each([
  ['(a+)+$', 100_000, (length: number) => 'a'.repeat(length - 1) + 'b'],
  ['(a|aa)+$', 100_000, (length: number) => 'a'.repeat(length - 1) + 'b'],
  ['(.*a){20}x', 100_000, (length: number) => 'a'.repeat(length)],
  // Every place begins a match, and every place could begin a far longer one.
  ['a|a.*z', 50_000, (length: number) => 'a'.repeat(length)],
  ['a|a[^]*z', 50_000, (length: number) => 'a'.repeat(length - 1) + 'y'],
  // The deterministic automaton has 2^200 states.
  ['(?:a|b)*a(?:a|b){200}c', 5_000, noise],
  ['\\b\\w+@\\w+\\.com\\b', 100_000, (length: number) => 'a@'.repeat(length / 2)],
] as const)(
  '%s: four times the text takes about four times as long',
  (pattern, length, text) => {
    const [short, long] = times(pattern, length, text)
    // Far below the sixteen of a quadratic matcher, with room for the noise of a shared machine.
    expect(long).toBeLessThan(Math.max(short * 9, 60))
  },
  20_000,
)
