import type { Finding } from '../../core/decision.ts'
import { treatments } from '../../core/facts.ts'
import type { Treatment } from '../../core/facts.ts'
import { createPlaceholders, maskText, openTokenBook } from '../redaction/index.ts'
import type { Replacer, Restorer } from '../redaction/index.ts'

/** A finding with what is to be done about it. */
export interface TreatedFinding extends Finding {
  readonly treatment: Treatment
}

/** Joins findings that overlap: one place, treated as the strictest of them, under the label of the surest. */
export function mergeTreated(findings: readonly TreatedFinding[]): readonly TreatedFinding[] {
  if (findings.length < 2) return findings
  const sorted = findings.toSorted((a, b) => a.start - b.start || b.end - a.end)
  const merged: TreatedFinding[] = []
  for (const finding of sorted) {
    const last = merged.at(-1)
    if (last === undefined || finding.start >= last.end) merged.push(finding)
    else merged[merged.length - 1] = joined(last, finding)
  }
  return merged
}

function joined(a: TreatedFinding, b: TreatedFinding): TreatedFinding {
  const surer = b.score > a.score ? b : a
  return {
    ...surer,
    start: a.start,
    end: Math.max(a.end, b.end),
    treatment: strictest(a.treatment, b.treatment),
  }
}

function strictest(a: Treatment, b: Treatment): Treatment {
  return treatments.indexOf(b) > treatments.indexOf(a) ? b : a
}

/** Writes what takes the place of findings in one call. Disposing of it forgets the values behind tokens. */
export interface CallWriter extends Disposable {
  write(finding: Pick<TreatedFinding, 'label' | 'treatment'>, text: string): string
  /** Keeps clear of placeholders that stand in a text of the call already. Called for all before the first is written. */
  reserve(text: string): void
  /** Tells whether the caller sent a value that has a token since. */
  isKnown(text: string): boolean
  /** Gives values back in the place of their tokens; `undefined` where there are none. */
  restorer(): Restorer | undefined
}

/** A text in which something is to be replaced. */
export interface TreatedText {
  readonly place: string
  readonly text: string
  readonly findings: readonly TreatedFinding[]
}

/**
 * Returns the texts in which something changes, as they are to be sent, by their places.
 * @param texts all texts of the call
 */
export function rewritten({
  treated,
  texts,
  writer,
}: {
  readonly treated: readonly TreatedText[]
  readonly texts: readonly string[]
  readonly writer: CallWriter
}): ReadonlyMap<string, string> {
  for (const text of texts) writer.reserve(text)
  const changed = new Map<string, string>()
  for (const { place, text, findings } of treated) {
    let result = ''
    let from = 0
    for (const finding of mergeTreated(findings)) {
      const { start, end } = finding
      result += text.slice(from, start) + writer.write(finding, text.slice(start, end))
      from = end
    }
    changed.set(place, result + text.slice(from))
  }
  return changed
}

export interface CallWriterOptions {
  readonly principal: string
  readonly requestId: string
  readonly hash: Replacer
}

/** Opens the writer of one call; it is made when it writes or keeps clear of something, in most calls never. */
export function openCallWriter(options: CallWriterOptions): CallWriter {
  let writer: CallWriter | undefined
  let isOver = false
  const open = (): CallWriter => {
    writer ??= createCallWriter(options)
    if (isOver) writer[Symbol.dispose]()
    return writer
  }
  return {
    write: (finding, text) => open().write(finding, text),
    reserve: (text) => open().reserve(text),
    isKnown: (text) => writer?.isKnown(text) === true,
    restorer: () => writer?.restorer(),
    [Symbol.dispose]() {
      isOver = true
      writer?.[Symbol.dispose]()
    },
  }
}

function createCallWriter({ principal, requestId, hash }: CallWriterOptions): CallWriter {
  const owner = { principal, requestId }
  const book = openTokenBook(owner)
  // Placeholders and tokens look alike: neither may take a name that the other gave.
  const placeholders = createPlaceholders((placeholder) => book.reserve(placeholder))
  const tokenised = new Set<string>()
  return {
    write({ label, treatment }, text) {
      if (treatment === 'mask') return maskText(label, text)
      if (treatment === 'hash') return hash(label, text)
      if (treatment === 'redact') return placeholders.replace(label, text)
      const token = book.replace(label, text)
      placeholders.reserve(token)
      tokenised.add(text)
      return token
    },
    reserve(text) {
      book.reserve(text)
      placeholders.reserve(text)
    },
    isKnown: (text) => tokenised.has(text),
    restorer: () => (tokenised.size > 0 ? book.restorer(owner) : undefined),
    [Symbol.dispose]() {
      book[Symbol.dispose]()
      tokenised.clear()
    },
  }
}
