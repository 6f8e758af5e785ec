import type { Answer, Question } from '../../core/call.ts'
import { GatewayError } from '../../core/errors.ts'
import type { TextEdit, TextFilter, ToolCall } from '../../core/text-filter.ts'
import type { AnswerInspection } from './answer.ts'
import { Pace } from './pace.ts'
import type { InspectionParts } from './parts.ts'
import type { AnswerTexts, BodyText, JoinedTexts } from './texts.ts'

/**
 * Looks through a whole answer, in the order in which a stream of it would be; returns it as the caller may have
 * it, at once where it is short and calls no tools. Throws `blocked_by_policy` and `held_for_approval`.
 */
export function inspectWhole(
  inspection: AnswerInspection,
  question: Question,
  answer: Answer,
  parts: InspectionParts,
): Answer | Promise<Answer> {
  const texts = parts.reader.answer(question, answer)
  if (!texts.isReadable && parts.limits.unreadable === 'block') {
    const why = texts.reason === undefined ? '' : `: ${texts.reason}`
    throw new GatewayError('blocked_by_policy', `The answer cannot be inspected${why}.`)
  }
  const whole = new WholeAnswer(texts, inspection, parts)
  const decide = (): void => {
    answer.report.decision = inspection.decision()
  }
  const written = (): Answer => {
    const { changes } = whole
    return changes.size === 0 ? answer : { ...answer, body: texts.replace(changes) }
  }
  if (!isShort(texts)) {
    const readAgain = (body: Answer['body']): AnswerTexts =>
      parts.reader.answer(question, { ...answer, body })
    return whole.inspect(readAgain).finally(decide).then(written)
  }
  try {
    whole.inspectAtOnce()
  } finally {
    decide()
  }
  return written()
}

/** How much of a text is looked through before others get their turn, in UTF-16 code units. */
const sliceLength = 4_096

/** Tells whether nobody has to wait for an answer: neither people for its calls nor others for their turn. */
function isShort({ segments, calls }: AnswerTexts): boolean {
  if (calls.length > 0) return false
  let length = 0
  for (const { text } of segments) length += text.length
  return length <= sliceLength
}

type ReadAgain = (body: Answer['body']) => AnswerTexts

class WholeAnswer {
  readonly #texts: AnswerTexts
  readonly #inspection: AnswerInspection
  readonly #parts: InspectionParts
  readonly #pace: Pace
  /** The text that each segment is a part of, by its number. */
  readonly #places: readonly Part[]
  readonly #changed = new Map<string, string>()
  /** Texts of which more may come. */
  readonly #growing = new Set<FilteredText>()
  /** Numbers of the segments that were looked through and not written since. */
  #unwritten: number[] = []

  constructor(texts: AnswerTexts, inspection: AnswerInspection, parts: InspectionParts) {
    this.#texts = texts
    this.#inspection = inspection
    this.#parts = parts
    this.#pace = new Pace(parts.limits.maxInspectionMs)
    this.#places = partsOf(texts, (segment, id) => inspection.openFilter({ ...segment, id }))
  }

  /** Looks through texts without calls, all in one turn. */
  inspectAtOnce(): void {
    this.#addTools()
    for (let number = 0; number < this.#texts.segments.length; number++) {
      this.#finishLook(number)
      // Throws where the time is up.
      this.#pace.isDue()
    }
    this.#endAll()
    this.#write()
  }

  async inspect(readAgain: ReadAgain): Promise<void> {
    const { segments, calls } = this.#texts
    const { holdsCalls } = this.#parts
    this.#addTools()
    const ofCalls = new Set(holdsCalls ? calls.flatMap((call) => call.segments) : [])
    const waiting = calls.toSorted((a, b) => a.at - b.at)
    let next = 0
    for (let number = 0; number <= segments.length; number++) {
      for (; waiting[next]?.at === number; next++) {
        const call = waiting[next]
        if (call === undefined) continue
        if (holdsCalls) await this.#judge(call, readAgain)
        else this.#inspection.openCall([call])
      }
      if (number < segments.length && !ofCalls.has(number)) await this.#look(number)
    }
    this.#endAll()
    this.#write()
  }

  /** New texts by the places of those that changed. */
  get changes(): ReadonlyMap<string, string> {
    return this.#changed
  }

  async #judge(call: AnswerTexts['calls'][number], readAgain: ReadAgain): Promise<void> {
    // What stood in front of it has left where it is streamed.
    this.#endAll()
    this.#inspection.openCall([call])
    this.#check()
    for (const number of call.segments) await this.#look(number)
    this.#write()
    const asItLeaves = this.#asItLeaves(call, readAgain)
    if (!(await this.#inspection.judgeCall([asItLeaves]))) this.#check()
  }

  /** The call with the arguments that the client would get. */
  #asItLeaves(call: AnswerTexts['calls'][number], readAgain: ReadAgain): ToolCall {
    const isChanged = call.segments.some((number) =>
      this.#changed.has(this.#texts.segments[number]?.place ?? ''),
    )
    if (!isChanged) return call
    const again = readAgain(this.#texts.replace(this.#changed))
    return again.calls[this.#texts.calls.indexOf(call)] ?? call
  }

  /** Takes the tools that the answer tells of beside its calls. */
  #addTools(): void {
    const { tools } = this.#texts
    const { tierOf } = this.#parts
    const others = tools.length === 0 ? tools : tools.filter(({ use }) => use !== 'called')
    if (others.length > 0) {
      this.#inspection.addTools(
        others.map((tool) => ({ name: tool.name, use: tool.use, tier: tierOf(tool) })),
      )
    }
    this.#check()
  }

  async #look(number: number): Promise<void> {
    const part = this.#places[number]
    if (part === undefined) return
    // The filter says the same for every split, and others get their turn between the slices.
    for (let end = part.start + sliceLength; end < part.end; end += sliceLength) {
      part.text.push(end)
      this.#check()
      if (this.#pace.isDue()) await this.#pace.rest()
    }
    this.#finishLook(number)
    if (this.#pace.isDue()) await this.#pace.rest()
  }

  /** Takes what is left of a segment. */
  #finishLook(number: number): void {
    const part = this.#places[number]
    if (part === undefined) return
    part.text.push(part.end)
    this.#unwritten.push(number)
    if (part.isLast) part.text.end()
    else this.#growing.add(part.text)
    this.#check()
  }

  #endAll(): void {
    for (const text of this.#growing) text.end()
    this.#growing.clear()
    this.#check()
  }

  #check(): void {
    if (this.#inspection.refusal !== undefined) throw this.#inspection.refusal
  }

  /** Writes what takes the place of findings, in the order of the texts and once. */
  #write(): void {
    for (const number of this.#unwritten.toSorted((a, b) => a - b)) {
      const [part, segment] = [this.#places[number], this.#texts.segments[number]]
      if (part === undefined || segment === undefined) continue
      const text = part.text.rewritten(part)
      if (text !== segment.text) this.#changed.set(segment.place, text)
    }
    this.#unwritten = []
  }
}

/** A segment as a part of a text that its reader takes for one. */
interface Part {
  readonly text: FilteredText
  readonly start: number
  readonly end: number
  readonly isLast: boolean
}

function partsOf(
  { segments, joined }: AnswerTexts,
  open: (segment: BodyText, id: string) => TextFilter,
): readonly Part[] {
  const parts: Part[] = []
  const add = (group: Pick<JoinedTexts, 'text' | 'parts'>): void => {
    const first = segments[group.parts[0]?.segment ?? 0]
    if (first === undefined) return
    const text = new FilteredText(group.text, open(first, `${group.parts[0]?.segment ?? 0}`))
    for (const [index, { segment, start, end }] of group.parts.entries()) {
      const isLast = index === group.parts.length - 1
      parts[segment] = { text, start, end, isLast }
    }
  }
  for (const group of joined) add(group)
  for (const [segment, { text }] of segments.entries()) {
    if (parts[segment] === undefined) {
      add({ text, parts: [{ segment, start: 0, end: text.length }] })
    }
  }
  return parts
}

/** A text on its way through its filter, as it is in a stream: part after part. */
class FilteredText {
  readonly #text: string
  readonly #filter: TextFilter
  readonly #edits: TextEdit[] = []
  readonly #said = new Map<TextEdit, string>()
  #pushed = 0
  /** Number of the first edit that may still be asked for: parts are written in order. */
  #next = 0

  constructor(text: string, filter: TextFilter) {
    this.#text = text
    this.#filter = filter
  }

  /** Takes the text up to an offset. */
  push(end: number): void {
    this.#edits.push(...this.#filter.push(this.#text.slice(this.#pushed, end)).edits)
    this.#pushed = end
  }

  end(): void {
    this.#edits.push(...this.#filter.end().edits)
  }

  /** What is left of a part; what takes the place of a finding stands where the finding began. */
  rewritten({ start, end }: Part): string {
    if (this.#edits.length === 0) return this.#text.slice(start, end)
    let result = ''
    let from = start
    while ((this.#edits[this.#next]?.end ?? Infinity) <= start) this.#next += 1
    for (let index = this.#next; ; index++) {
      const edit = this.#edits[index]
      if (edit === undefined || edit.start >= end) break
      if (edit.start >= start) result += this.#text.slice(from, edit.start) + this.#say(edit)
      from = Math.min(edit.end, end)
    }
    return result + this.#text.slice(from, end)
  }

  #say(edit: TextEdit): string {
    const said = this.#said.get(edit) ?? edit.write()
    this.#said.set(edit, said)
    return said
  }
}
