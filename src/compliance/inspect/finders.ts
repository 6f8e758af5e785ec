import type { Finding } from '../../core/decision.ts'
import type { Direction, TextKind, TextRole } from '../../core/facts.ts'
import type { TermFinder } from '../contracts.ts'
import { partOfNormal } from '../detectors/index.ts'
import type { Scanner, TextPart } from '../detectors/index.ts'
import type { InjectionDetector } from '../injection/index.ts'
import type { PatternSet } from '../patterns/index.ts'
import type { SecretScanner } from '../secrets/index.ts'
import type { NameRecognizer, NameSighting, NameTagger } from '../tagger/index.ts'
import { nameLabels } from '../tagger/index.ts'
import type { DecodedRun, TextView } from '../types.ts'

/** What a text is, as far as finding depends on it. */
export interface TextPlace {
  readonly role: TextRole
  readonly kind: TextKind
  readonly direction: Direction
  /** Name of the tool or title of the document. */
  readonly source?: string
}

/** A label that may be found, and the group it belongs to. */
export interface LabelInfo {
  readonly label: string
  readonly category: string
}

/** Everything that looks for something in texts. */
export interface Finders {
  /**
   * Everything in a text but names, with places in the original; overlaps of different labels stay. Asked about
   * a part of it, at least what begins in the part.
   */
  find(view: TextView, place: TextPlace, part?: TextPart): readonly Finding[]
  /** Names in a text, at once or, for long ones, from the worker. */
  findNames(view: TextView, place: TextPlace): readonly Finding[] | Promise<readonly Finding[]>
  /** Names in a text of bounded length, at once. */
  findNamesNow(view: TextView, place: TextPlace): readonly Finding[]
}

/** A pattern of the configuration. */
export interface CustomPattern extends LabelInfo {
  readonly score: number
}

export interface FinderParts {
  readonly scanner: Scanner
  readonly secrets: SecretScanner | undefined
  readonly patterns?: { readonly set: PatternSet; readonly entries: readonly CustomPattern[] }
  readonly terms: readonly TermFinder[]
  readonly injection: InjectionDetector | undefined
  readonly names: { readonly recognizer: NameRecognizer; readonly tagger: NameTagger } | undefined
  /** Lowest score at which a finding is of use to anybody; `undefined` where nobody asks, above 1 where nobody may. */
  readonly threshold: (label: string, category: string, direction: Direction) => number | undefined
}

const nothing: readonly Finding[] = []

/** Readings that are cut out of a text: that they hold nothing but a value says nothing. */
const fragments: ReadonlySet<DecodedRun['encoding']> = new Set(['spaced', 'lookalikes', 'pieces'])
const nameCategories: Readonly<Record<NameSighting['label'], string>> = {
  'person-name': 'name',
  place: 'name',
  organisation: 'name',
  address: 'contact',
}

/** Joins all that finds something. What nobody asks for is not looked for where that saves time. */
export function createFinders(parts: FinderParts): Finders {
  const { names } = parts
  const minimum = {
    request: createThresholds(parts.threshold, 'request'),
    answer: createThresholds(parts.threshold, 'answer'),
  }
  const wantsNames = { request: wants('request'), answer: wants('answer') }

  function wants(direction: Direction): boolean {
    return nameLabels.some(
      (label) => minimum[direction]({ label, category: nameCategories[label] }) <= 1,
    )
  }

  function collect(view: TextView, place: TextPlace, part?: TextPart): readonly Finding[] {
    const collector = new Collector(view, minimum[place.direction])
    const normalPart = part === undefined ? undefined : partOfNormal(view, part)
    scan(parts, view.normal, collector, normalPart)
    for (const run of view.decoded) {
      if (part !== undefined && (run.end <= part.from || run.start >= part.to)) continue
      collector.run = run
      scan(parts, run.text, collector)
    }
    collector.run = undefined
    if (place.direction === 'request') judge(parts.injection, place, collector, view)
    return withoutRepeats(collector.findings)
  }

  function asFindings(
    sightings: readonly NameSighting[],
    view: TextView,
    direction: Direction,
  ): readonly Finding[] {
    if (sightings.length === 0) return nothing
    const collector = new Collector(view, minimum[direction])
    for (const { label, start, end, score } of sightings) {
      collector.add({ label, category: nameCategories[label] }, start, end, score)
    }
    return collector.findings
  }

  return {
    find: collect,
    findNames(view, { direction }) {
      if (names === undefined || !wantsNames[direction]) return nothing
      const found = names.recognizer.recognize(view.normal)
      return found instanceof Promise
        ? found.then((sightings) => asFindings(sightings, view, direction))
        : asFindings(found, view, direction)
    },
    findNamesNow(view, { direction }) {
      if (names === undefined || !wantsNames[direction]) return nothing
      return asFindings(names.tagger.tag(view.normal), view, direction)
    },
  }
}

/** Runs everything that works on one text by itself, encoded or not. */
function scan(parts: FinderParts, text: string, collector: Collector, part?: TextPart): void {
  const isFragment = collector.run !== undefined && fragments.has(collector.run.encoding)
  for (const { detector, start, end, score } of parts.scanner.scan(text, isFragment, part)) {
    collector.add(detector, start, end, score)
  }
  if (parts.secrets !== undefined) {
    for (const { label, start, end, score } of parts.secrets.scan(text, part)) {
      collector.add({ label, category: 'secret' }, start, end, score)
    }
  }
  if (parts.patterns !== undefined) {
    const { set, entries } = parts.patterns
    for (const { pattern, start, end } of set.find(text)) {
      const entry = entries[pattern]
      if (entry !== undefined && end > start) collector.add(entry, start, end, entry.score)
    }
  }
  for (const finder of parts.terms) {
    for (const sighting of finder.find(text)) {
      collector.add(sighting, sighting.start, sighting.end, sighting.score)
    }
  }
}

/** Whether a text attacks the model that is to read it. */
function judge(
  injection: InjectionDetector | undefined,
  { role, kind }: TextPlace,
  collector: Collector,
  view: TextView,
): void {
  if (injection === undefined || role === 'assistant' || role === 'system') return
  const isData = role === 'tool' || role === 'document' || kind !== 'text'
  const detector = injection.as(isData ? 'data' : 'user')
  const look = (text: string): void => {
    for (const { start, end, score } of detector.find(text)) {
      collector.add(detector, start, end, score)
    }
  }
  look(view.normal)
  for (const run of view.decoded) {
    collector.run = run
    look(run.text)
  }
  collector.run = undefined
}

/** Takes what was seen in a text or in a run that was decoded from it, and keeps what is sure enough. */
class Collector {
  /** Where the text that is looked at was decoded from; `undefined` for the text itself. */
  run: DecodedRun | undefined
  readonly #view: TextView
  readonly #minimum: (label: LabelInfo) => number
  #findings: Finding[] | undefined

  constructor(view: TextView, minimum: (label: LabelInfo) => number) {
    this.#view = view
    this.#minimum = minimum
  }

  get findings(): readonly Finding[] {
    return this.#findings ?? nothing
  }

  add(info: LabelInfo, from: number, to: number, score: number): void {
    if (score < this.#minimum(info)) return
    const { label, category } = info
    const { start, end } = this.run ?? this.#view.toOriginal(from, to)
    this.#findings ??= []
    this.#findings.push({ label, category, start, end, score, detector: label })
  }
}

/** Surely found things are recorded even when no rule asks for them yet: another version of the rules may. */
const recordedScore = 0.5

/** Looks thresholds up once for each label. Labels nobody asks for count from `recordedScore` on. */
function createThresholds(
  threshold: FinderParts['threshold'],
  direction: Direction,
): (label: LabelInfo) => number {
  const known = new Map<string, number>()
  return ({ label, category }) => {
    const cached = known.get(label)
    if (cached !== undefined) return cached
    const asked = threshold(label, category, direction)
    const isName = category === 'name' || label === 'address'
    // Names are not looked for unless somebody asks: they cost more than all the rest.
    const unasked = isName ? Infinity : recordedScore
    const minimum = asked === undefined ? unasked : asked > 1 ? asked : Math.min(asked, unasked)
    known.set(label, minimum)
    return minimum
  }
}

/** Leaves one finding of each label for each place: the surest. Others may overlap it. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings
  const sorted = findings.toSorted(
    (a, b) =>
      (a.label < b.label ? -1 : a.label > b.label ? 1 : 0) || a.start - b.start || b.end - a.end,
  )
  const kept: Finding[] = []
  for (const finding of sorted) {
    const last = kept.at(-1)
    if (last?.label !== finding.label || finding.start >= last.end) kept.push(finding)
    else {
      const end = Math.max(last.end, finding.end)
      kept[kept.length - 1] = { ...last, end, score: Math.max(last.score, finding.score) }
    }
  }
  return kept.toSorted((a, b) => a.start - b.start)
}
