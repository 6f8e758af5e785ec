import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { TextEdit, TextFilter } from '../../core/text-filter.ts'
import { applyEdits, createWindow, filterWhole } from './index.ts'
import type { Inspection, WindowFinding, WindowOptions } from './index.ts'

/** Finds accounts, two names and short runs of faces; nothing longer than 22 units. */
const toys =
  /(?<![A-Za-z0-9])(?:[A-Z]{2}\d{6,20}|bob(?: smith)?)(?![A-Za-z0-9])|(?<!\p{Emoji_Presentation})\p{Emoji_Presentation}{1,8}(?!\p{Emoji_Presentation})/gu

function find(text: string, isBlocking: (text: string) => boolean = () => false): WindowFinding[] {
  return [...text.matchAll(toys)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
    isBlocking: isBlocking(found),
    write: (said) => `<${said.length}>`,
  }))
}

const options = {
  size: 64,
  ahead: 32,
  behind: 40,
  inspect: (text) => ({ findings: find(text) }),
} satisfies WindowOptions

interface Run {
  readonly text: string
  readonly isBlocked: boolean
  /** Longest text that was held back between two pushes. */
  readonly mostHeld: number
}

/** Lets pieces through a filter and puts together what comes out. */
function run(
  pieces: readonly string[],
  filter: TextFilter,
  idleAfter: readonly boolean[] = [],
): Run {
  const whole = pieces.join('')
  const edits: TextEdit[] = []
  let pushed = 0
  let upTo = 0
  let mostHeld = 0
  for (const [index, piece] of pieces.entries()) {
    const steps = [filter.push(piece), ...(idleAfter[index] === true ? [filter.idle()] : [])]
    pushed += piece.length
    for (const settled of steps) {
      for (const edit of settled.edits) expect(edit.end).toBeLessThanOrEqual(settled.upTo)
      edits.push(...settled.edits)
      expect(settled.upTo).toBeGreaterThanOrEqual(upTo)
      ;({ upTo } = settled)
    }
    mostHeld = Math.max(mostHeld, pushed - upTo)
    const before = whole.charCodeAt(upTo - 1)
    const isParted = before >= 0xd800 && before <= 0xdbff && isLow(whole.charCodeAt(upTo))
    expect(isParted).toBe(false)
  }
  const last = filter.end()
  edits.push(...last.edits)
  return { text: applyEdits(whole, edits, last.upTo), isBlocked: filter.isBlocked, mostHeld }
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

const text = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('bob', ' smith', 'AB123456', '0123', '😀', '😀😀', ' '),
      },
      { weight: 2, arbitrary: fc.string({ maxLength: 40 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 10 }) },
      { weight: 1, arbitrary: fc.constantFrom('\ud83d', '\ude00') },
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

/** A text and a way to split it, surrogate pairs included. */
const split = fc
  .tuple(text, fc.array(fc.nat({ max: 30 }), { maxLength: 40 }))
  .map(([text, lengths]) => {
    const pieces: string[] = []
    let at = 0
    for (const length of lengths) {
      pieces.push(text.slice(at, at + length))
      at += length
    }
    return [...pieces, text.slice(at)]
  })

function redact(text: string): string {
  return applyEdits(
    text,
    find(text).map((each) => ({
      ...each,
      write: () => each.write(text.slice(each.start, each.end)),
    })),
  )
}

describe('a window', () => {
  test('lets out for every split what redaction makes of the whole text', () => {
    fc.assert(
      fc.property(split, (pieces) => {
        expect(run(pieces, createWindow(options)).text).toBe(redact(pieces.join('')))
      }),
      { numRuns: 400 },
    )
  })

  test('holds back no more than its size', () => {
    fc.assert(
      fc.property(split, (pieces) => {
        const { mostHeld } = run(pieces, createWindow(options))
        expect(mostHeld).toBeLessThanOrEqual(options.size)
      }),
    )
  })

  test('gives the same for every split even if what is found depends on where one looks', () => {
    const inspect = (text: string): Inspection => ({
      findings: [...text.matchAll(/\d\d/g)].map(({ index }) => ({
        start: index,
        end: index + 2,
        write: () => '#',
      })),
    })
    const digits = fc.array(fc.stringMatching(/^[0-9 ]{0,40}$/), { maxLength: 12 })
    fc.assert(
      fc.property(digits, (pieces) => {
        const make = () => createWindow({ ...options, inspect })
        expect(run(pieces, make()).text).toBe(filterWhole(pieces.join(''), make()).text)
      }),
    )
  })

  test('lets out in a pause what cannot be the beginning of a finding, and no more', () => {
    const openFrom = (text: string) =>
      /(?:[A-Za-z0-9] ?|\p{Emoji_Presentation}|[\ud800-\udbff])*$/u.exec(text)?.index ?? 0
    const inspect = (text: string): Inspection => ({
      findings: find(text),
      openFrom: openFrom(text),
    })
    fc.assert(
      fc.property(split, fc.array(fc.boolean(), { maxLength: 40 }), (pieces, pauses) => {
        const paused = run(
          pieces,
          createWindow({ ...options, maxFindingLength: 4096, inspect }),
          pauses,
        )
        expect(paused.text).toBe(redact(pieces.join('')))
      }),
      { numRuns: 300 },
    )
    const window = createWindow({ ...options, inspect })
    expect(window.push('Hello. AB1234').upTo).toBe(0)
    expect(window.idle().upTo).toBe('Hello. '.length)
    expect(window.push('56.').upTo).toBe('Hello. '.length)
    expect(window.idle().edits).toHaveLength(1)
  })

  test('lets nothing out in a pause where nobody knows what may begin', () => {
    const window = createWindow(options)
    window.push('Hello.')
    expect(window.idle().upTo).toBe(0)
    expect(window.end().upTo).toBe(6)
  })

  test('stops before what blocks, for every split', () => {
    const blocking = {
      ...options,
      inspect: (text: string) => ({ findings: find(text, (found) => found === 'AB123456') }),
    }
    fc.assert(
      fc.property(split, (pieces) => {
        const whole = filterWhole(pieces.join(''), createWindow(blocking))
        const streamed = run(pieces, createWindow(blocking))
        expect({ ...streamed, mostHeld: 0 }).toEqual({
          text: whole.text,
          isBlocked: whole.isBlocked,
          mostHeld: 0,
        })
      }),
    )
    const window = createWindow(blocking)
    window.push('say AB123456 ')
    expect(window.end()).toEqual({ upTo: 4, edits: [] })
    expect(window.push('more').upTo).toBe(4)
    expect(window.isBlocked).toBe(true)
  })

  test('waits for the end of a finding that is longer than itself', () => {
    const inspect = (text: string): Inspection => ({
      findings: [...text.matchAll(/-BEGIN[^-]*(?:-END-)?/g)].map(({ index, 0: found }) => ({
        start: index,
        end: index + found.length,
        write: (said) => `<key ${said.length}>`,
      })),
    })
    const key = `-BEGIN${'x'.repeat(5000)}-END-`
    const pieces = `Here: ${key} and more`.match(/.{1,7}/gs) ?? []
    expect(run(pieces, createWindow({ ...options, inspect })).text).toBe(
      `Here: <key ${key.length}> and more`,
    )
    const short = createWindow({ ...options, inspect, maxFindingLength: 300 })
    const cut = run(pieces, short).text
    expect(cut).toStartWith('Here: <key 464>')
    expect(cut).toEndWith('> and more')
    expect(cut).not.toContain('xx')
  })

  test('knows what stood before, also after an end', () => {
    const inspect = (text: string): Inspection => ({
      findings: [...text.matchAll(/(?<=code: )\d+/g)].map(({ index, 0: found }) => ({
        start: index,
        end: index + found.length,
        write: () => '#',
      })),
    })
    expect(
      filterWhole('1234 and 5', createWindow({ ...options, inspect, context: 'code: ' })).text,
    ).toBe('# and 5')
    const window = createWindow({ ...options, inspect })
    window.push('code: ')
    expect(window.end().upTo).toBe(6)
    window.push('1234')
    expect(window.end().edits).toHaveLength(1)
  })

  test('looks at every sign only a few times, however small the pieces are', () => {
    let looked = 0
    const counting = (text: string): Inspection => {
      looked += text.length
      return { findings: find(text) }
    }
    const long = 'call bob at AB123456, please. '.repeat(700)
    run(long.split(''), createWindow({ size: 256, inspect: counting }))
    expect(looked).toBeLessThan(5 * long.length)
    looked = 0
    const growing = (text: string): Inspection => {
      looked += text.length
      return { findings: [{ start: 0, end: text.length, write: () => '#' }] }
    }
    run(long.split(''), createWindow({ size: 256, inspect: growing }))
    expect(looked).toBeLessThan(8 * long.length)
  })
})
