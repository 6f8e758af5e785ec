import type {
  OpenTextFilter,
  Settled,
  TextChannel,
  TextEdit,
  TextFilter,
} from '../../../core/text-filter.ts'
import { JsonTextScanner } from '../json-text.ts'
import type { JsonLeaf } from '../leaf.ts'

/** A change to a text as it is written. What takes its place is made once and then stays. */
class WrittenEdit {
  readonly start: number
  readonly end: number
  readonly #write: () => string
  #text: string | undefined

  constructor(edit: TextEdit) {
    this.start = edit.start
    this.end = edit.end
    this.#write = edit.write
  }

  get text(): string {
    this.#text ??= this.#write()
    return this.#text
  }
}

/** A text of an answer that grows delta by delta, and what its filter decided. Offsets are those of the deltas. */
export abstract class GrowingText {
  /** Length so far. */
  length = 0
  /** Offset up to which it is decided. */
  decided = 0
  /** Number of the frame that brought the last delta. */
  lastFrame = -1
  /** The deltas since another text of the same choice grew: where they began, and in which frame. */
  runStart = 0
  runFrame = -1
  readonly #edits: WrittenEdit[] = []
  readonly #pieces: string[] = []
  readonly #keepsText: boolean

  /** @param keepsText whether frames may follow that tell the text once more */
  constructor(keepsText: boolean) {
    this.#keepsText = keepsText
  }

  abstract readonly isBlocked: boolean
  abstract push(text: string): void
  abstract idle(): void
  /** Nothing follows, as far as anybody knows. */
  abstract finish(): void

  /** Tells whether the deltas together are this text. */
  isText(text: string): boolean {
    return text.length === this.length && this.#pieces.join('') === text
  }

  /**
   * Returns what is left of a part of the text; `undefined` where nothing changed in it. What takes the place
   * of a finding stands where the finding began.
   */
  rewritten(source: string, start: number): string | undefined {
    const end = start + source.length
    let index = this.#firstEditBehind(start)
    if ((this.#edits[index]?.start ?? end) >= end) return undefined
    let text = ''
    let from = start
    for (; ; index++) {
      const edit = this.#edits[index]
      if (edit === undefined || edit.start >= end) break
      if (edit.start >= start) text += source.slice(from - start, edit.start - start) + edit.text
      from = Math.min(edit.end, end)
    }
    return text + source.slice(from - start)
  }

  protected grow(text: string): void {
    this.length += text.length
    if (this.#keepsText) this.#pieces.push(text)
  }

  protected addEdit(edit: TextEdit): void {
    this.#edits.push(new WrittenEdit(edit))
  }

  #firstEditBehind(offset: number): number {
    let low = 0
    let high = this.#edits.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#edits[middle]?.end ?? Infinity) <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
}

interface GrowingOptions {
  readonly channel: TextChannel
  readonly openFilter: OpenTextFilter
  readonly isJson: boolean
  readonly keepsText: boolean
}

/** Opens a text; of JSON text each leaf has a filter of its own. */
export function openGrowingText(options: GrowingOptions): GrowingText {
  return options.isJson ? new JsonGrowingText(options) : new PlainGrowingText(options)
}

class PlainGrowingText extends GrowingText {
  readonly #filter: TextFilter

  constructor({ channel, openFilter, keepsText }: GrowingOptions) {
    super(keepsText)
    this.#filter = openFilter(channel)
  }

  get isBlocked(): boolean {
    return this.#filter.isBlocked
  }

  push(text: string): void {
    this.grow(text)
    this.#take(this.#filter.push(text))
  }

  idle(): void {
    this.#take(this.#filter.idle())
  }

  finish(): void {
    if (this.decided < this.length) this.#take(this.#filter.end())
  }

  #take({ upTo, edits }: Settled): void {
    for (const edit of edits) this.addEdit(edit)
    this.decided = upTo
  }
}

/** The leaf of JSON text that is being read. */
interface OpenLeaf {
  readonly leaf: JsonLeaf
  readonly filter: TextFilter
  /** What a number says; its edits wait until it is complete. */
  said: string
  readonly edits: TextEdit[]
}

class JsonGrowingText extends GrowingText {
  readonly #options: GrowingOptions
  readonly #scanner: JsonTextScanner
  #open: OpenLeaf | undefined
  #isBlocked = false

  constructor(options: GrowingOptions) {
    super(options.keepsText)
    this.#options = options
    this.#scanner = new JsonTextScanner({
      open: (leaf) => this.#begin(leaf),
      text: (text) => this.#say(text),
      close: () => this.#end(),
    })
  }

  get isBlocked(): boolean {
    return this.#isBlocked
  }

  push(text: string): void {
    this.grow(text)
    this.#scanner.push(text)
    this.#decide()
  }

  idle(): void {
    if (this.#open !== undefined) this.#take(this.#open, this.#open.filter.idle())
    this.#decide()
  }

  finish(): void {
    if (this.decided === this.length) return
    this.#scanner.end()
    this.#decide()
  }

  #begin(leaf: JsonLeaf): void {
    if (this.#isBlocked) return
    const { channel, openFilter } = this.#options
    const { key } = leaf
    const id = `${channel.id}#${leaf.place()}`
    const filter = openFilter({ ...channel, id, ...(key !== undefined && { key }) })
    this.#open = { leaf, filter, said: '', edits: [] }
  }

  #say(text: string): void {
    const open = this.#open
    if (open === undefined || this.#isBlocked) return
    if (open.leaf.type === 'number') open.said += text
    this.#take(open, open.filter.push(text))
  }

  #end(): void {
    const open = this.#open
    if (open === undefined || this.#isBlocked) return
    this.#take(open, open.filter.end())
    const { leaf, said, edits } = open
    if (leaf.type === 'number' && edits.length > 0) {
      const write = (): string => leaf.escape(applied(said, edits))
      this.addEdit({ start: leaf.written(0), end: leaf.written(said.length), write })
    }
    if (!this.#isBlocked) this.#open = undefined
  }

  #take({ leaf, filter, edits: kept }: OpenLeaf, { upTo, edits }: Settled): void {
    this.#isBlocked ||= filter.isBlocked
    this.decided = Math.max(this.decided, leaf.type === 'number' ? 0 : leaf.written(upTo))
    if (leaf.type === 'number') kept.push(...edits)
    else {
      for (const { start, end, write } of edits) {
        const [from, to] = [leaf.written(start), leaf.written(end)]
        this.addEdit({ start: from, end: to, write: () => leaf.escape(write()) })
      }
    }
  }

  /** Without an open leaf everything that was read is decided. */
  #decide(): void {
    if (this.#open === undefined && !this.#isBlocked) this.decided = this.#scanner.safe
  }
}

function applied(text: string, edits: readonly TextEdit[]): string {
  let result = ''
  let from = 0
  for (const { start, end, write } of edits) {
    result += text.slice(from, start) + write()
    from = end
  }
  return result + text.slice(from)
}
