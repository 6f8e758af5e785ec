import type { Settled, TextEdit, TextFilter } from '../../core/text-filter.ts'
import { mergeFindings } from './merge.ts'
import type { WindowFinding } from './merge.ts'

/** What was found in one look at a part of a text. */
export interface Inspection {
  readonly findings: readonly WindowFinding[]
  /**
   * Offset from which on something may begin that is not complete yet: it is not let out before more has
   * come. Where it is known, a pause lets out everything before it.
   */
  readonly openFrom?: number
}

/** The part of a text that a look is to decide about; what surrounds it is shown for what it says about the part. */
export interface InspectedPart {
  readonly from: number
  readonly to: number
  /** Offset of the piece in the whole text; below 0 where words stand before it. */
  readonly origin: number
}

export interface WindowOptions {
  /**
   * Looks at a piece of the text. Needs to tell only what overlaps the part, and all that begins closely behind
   * it and overlaps something that does; telling more changes nothing. Must not keep anything from one look to the next.
   */
  readonly inspect: (text: string, part: InspectedPart) => Inspection
  /** Most UTF-16 code units that are held back, unless a finding goes on. */
  readonly size?: number
  /** How far behind a place the text may matter for it; things without spaces in them may be longer by a quarter of the size. */
  readonly ahead?: number
  /** How far before a place the text may matter for it. */
  readonly behind?: number
  /** Longest finding that is waited for; one that goes on is redacted piece by piece. */
  readonly maxFindingLength?: number
  /** Words that stand before the text and say what it is, such as the name of a member. Never let out. */
  readonly context?: string
  /**
   * Returns the offset in a piece of the text before which nothing is in it that anybody looks for. Asked in
   * a pause, about a part with half a window behind it; must not keep or count anything, as all of it will be
   * looked at again.
   */
  readonly plainUpTo?: (text: string, part: InspectedPart) => number
}

const nothing: Inspection = { findings: [] }

/** Default of `size`. */
export const defaultWindowSize = 256
const leastSize = 16

/**
 * Makes the hold-back window of one text. It looks at the text at places that depend on nothing but the text
 * itself, so what it lets out is the same however the text was split, also when it comes in one piece: that
 * is how a whole answer gets the verdict of the same answer in a stream. Every code unit is looked at a
 * bounded number of times.
 */
export function createWindow(options: WindowOptions): TextFilter {
  return new Window(options)
}

class Window implements TextFilter {
  readonly #inspect: WindowOptions['inspect']
  readonly #plainUpTo: WindowOptions['plainUpTo']
  readonly #size: number
  readonly #ahead: number
  readonly #behind: number
  readonly #maxFinding: number
  /** The text from `#base` on. */
  #text: string
  #base: number
  #length = 0
  /** Everything before this offset is decided. */
  #decided = 0
  /** Everything before this offset has left: further than what is decided where pauses let plain text out. */
  #sent = 0
  /** Length the text must have before the next look. */
  #reach: number
  /** Beginning of a finding that is too long to wait for its end: what follows is read behind it. */
  #head = ''
  #isBlocked = false

  constructor(options: WindowOptions) {
    const size = Math.max(leastSize, options.size ?? defaultWindowSize)
    this.#inspect = options.inspect
    this.#plainUpTo = options.plainUpTo
    this.#size = size
    this.#ahead = Math.min(options.ahead ?? (size * 3) >> 3, size - 4)
    this.#behind = options.behind ?? size >> 1
    this.#maxFinding = Math.max(2 * size, options.maxFindingLength ?? 65_536)
    this.#text = options.context ?? ''
    // Not the negation: it makes -0 of 0, and with that slow arithmetic of every offset that follows.
    this.#base = 0 - this.#text.length
    this.#reach = size
  }

  get isBlocked(): boolean {
    return this.#isBlocked
  }

  push(text: string): Settled {
    if (this.#isBlocked) return this.#settled([])
    this.#text += text
    this.#length += text.length
    return this.#advance(false)
  }

  end(): Settled {
    return this.#advance(true)
  }

  idle(): Settled {
    const edits: TextEdit[] = []
    if (this.#isBlocked || this.#decided === this.#length) return this.#settled(edits)
    if (this.#plainUpTo !== undefined) {
      this.#sendPlain(this.#plainUpTo)
      return this.#settled(edits)
    }
    const end = this.#wholeSigns(this.#length)
    const { findings, openFrom } = this.#look(end, end)
    if (openFrom === undefined || openFrom <= this.#decided) return this.#settled(edits)
    // A finding that reaches the end may go on.
    const last = findings.at(-1)
    const safe = last?.end === end ? Math.min(openFrom, last.start) : openFrom
    this.#settle(findings, Math.min(safe, end), edits)
    this.#reach = Math.max(this.#reach, this.#decided + this.#size)
    return this.#settled(edits)
  }

  /**
   * Lets plain words out in a pause, up to a blank with half a window behind it. They are decided all the same
   * where they would have been without the pause, so that what follows is no other text for it.
   */
  #sendPlain(plainUpTo: (text: string, part: InspectedPart) => number): void {
    const end = this.#wholeSigns(this.#length)
    const to = this.#blankBefore(end - (this.#size >> 1))
    if (this.#head !== '' || to <= this.#sent) return
    const start = this.#contextStart()
    const text = this.#text.slice(start - this.#base, end - this.#base)
    const part = { from: this.#decided - start, to: to - start, origin: start }
    const plain = plainUpTo(text, part) + start
    // What is found may turn out to begin a little earlier.
    this.#sent = Math.max(
      this.#sent,
      plain >= to ? to : this.#blankBefore(plain - (this.#size >> 3)),
    )
  }

  /** Returns the last offset up to `last` with a blank before it; where nothing was sent yet if there is none. */
  #blankBefore(last: number): number {
    for (let at = last; at > this.#sent; at--) if (isBlank(this.#codeAt(at - 1))) return at
    return this.#sent
  }

  /** Looks at all parts that are there; the last look takes what is left. */
  #advance(isLast: boolean): Settled {
    const edits: TextEdit[] = []
    while (!this.#isBlocked && this.#decided < this.#length) {
      if (this.#length < this.#reach && !isLast) break
      this.#step(isLast, edits)
    }
    this.#forget()
    return this.#settled(edits)
  }

  #step(isLast: boolean, edits: TextEdit[]): void {
    const isRest = isLast && this.#length <= this.#reach
    const end = isRest ? this.#length : this.#wholeSigns(this.#reach)
    const boundary = isRest ? end : this.#boundary(end)
    const { findings, openFrom } = this.#look(end, boundary)
    if (isRest) {
      this.#settle(findings, end, edits)
      return
    }
    const growing = findings.find((each) => each.end === end && each.start < boundary)
    const waits = Math.min(growing?.start ?? boundary, openFrom ?? boundary)
    const from = Math.max(waits, this.#decided)
    // What goes on is waited for in steps that grow, or a long finding would be looked at over and over.
    const next = end + Math.max(this.#ahead, end - from)
    const canWait = waits < boundary && next - from <= 2 * this.#maxFinding
    if (!canWait) this.#head = growing === undefined ? '' : this.#beginning(growing)
    this.#settle(findings, canWait ? from : boundary, edits)
    this.#reach = canWait ? next : this.#decided + this.#size
  }

  /** Where a look up to `end` decides: before what it may not see whole, between two words if there is a place. */
  #boundary(end: number): number {
    const last = end - this.#ahead
    const first = Math.max(this.#decided + 1, last - (this.#size >> 2))
    for (let at = last; at > first; at--) if (isBlank(this.#codeAt(at - 1))) return at
    return this.#wholeSigns(last)
  }

  #beginning(finding: WindowFinding): string {
    if (this.#head !== '' && finding.start === this.#decided) return this.#head
    const start = finding.start - this.#base
    return this.#text.slice(start, this.#wholeSigns(finding.start + this.#size) - this.#base)
  }

  /** Inspects the text up to `end` to decide as far as `to`; what it tells is in offsets of the whole text. */
  #look(end: number, to: number): Inspection {
    const start = this.#head === '' ? this.#contextStart() : this.#decided
    const text = this.#head + this.#text.slice(start - this.#base, end - this.#base)
    const origin = start - this.#head.length
    const part = { from: this.#decided - origin, to: to - origin, origin }
    const { findings, openFrom } = this.#inspect(text, part)
    if (findings.length === 0 && openFrom === undefined) return nothing
    const moved = mergeFindings(findings, text).flatMap((each) => {
      const from = Math.max(each.start + origin, this.#decided)
      return each.end + origin > from ? { ...each, start: from, end: each.end + origin } : []
    })
    return openFrom === undefined
      ? { findings: moved }
      : { findings: moved, openFrom: openFrom + origin }
  }

  #contextStart(): number {
    const wanted = Math.max(this.#base, this.#decided - this.#behind)
    return isLow(this.#codeAt(wanted)) ? wanted + 1 : wanted
  }

  /** Decides about everything before `end`, and about findings that begin there as a whole. */
  #settle(findings: readonly WindowFinding[], end: number, edits: TextEdit[]): void {
    for (const finding of findings) {
      if (finding.start >= end) break
      if (finding.isBlocking === true) {
        this.#isBlocked = true
        this.#decided = finding.start
        return
      }
      const start = Math.max(finding.start, this.#sent)
      this.#decided = finding.end
      if (start >= finding.end) continue
      const text = this.#text.slice(start - this.#base, finding.end - this.#base)
      edits.push({ start, end: finding.end, write: () => finding.write(text) })
    }
    this.#decided = Math.max(this.#decided, end)
  }

  #settled(edits: readonly TextEdit[]): Settled {
    return { upTo: Math.max(this.#decided, this.#sent), edits }
  }

  /** Lets go of text that no look will see again. */
  #forget(): void {
    const kept = this.#decided - this.#behind
    if (kept - this.#base < this.#behind) return
    this.#text = this.#text.slice(kept - this.#base)
    this.#base = kept
  }

  /**
   * Returns an offset that does not part the two halves of one sign. Whether the second half has come makes
   * no difference, or the split of the text would.
   */
  #wholeSigns(offset: number): number {
    return isHigh(this.#codeAt(offset - 1)) ? offset - 1 : offset
  }

  #codeAt(offset: number): number {
    return this.#text.charCodeAt(offset - this.#base)
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
