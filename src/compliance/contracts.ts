import type { Sharing } from '../core/decision.ts'
import type {
  Direction,
  PolicyFacts,
  PrincipalFacts,
  RuleStatement,
  TargetFacts,
  TextKind,
  TextRole,
  Treatment,
} from '../core/facts.ts'
import type { Sighting, TextView } from './types.ts'

/** What stands behind a label: how surely it must be found before any rule cares. */
export interface LabelNeed {
  /** Lowest score that matters, from 0 to 1. */
  readonly minScore: number
}

/** Compiled policies. Pure: the same facts always get the same outcome, whatever the order of the rules was. */
export interface PolicySet {
  /** Changes whenever anything that decides changes. */
  readonly version: string
  /** What the rules need to be told of findings with this label in this direction; `undefined` where nothing. */
  needs(label: string, category: string, direction: Direction): LabelNeed | undefined
  evaluate(facts: PolicyFacts): PolicyOutcome
  /** Most UTF-16 code units of an answer that are held back. */
  readonly windowSize: number
  /** Whether a rule asks how long answers are: then it is to be asked again as they grow. */
  readonly asksForAnswerSize?: boolean
}

/** What the policies say about one direction of a call. */
export interface PolicyOutcome {
  readonly verdict: 'allow' | 'hold' | 'block'
  /** Rules in force that spoke, in order of their ids; those that hold or block with words for the user. */
  readonly spoken: readonly RuleStatement[]
  readonly shadowed: readonly RuleStatement[]
  readonly sharing: Sharing
  /** The model that is to answer instead. */
  readonly routeTo?: string
  /** What is to be done with a finding; `undefined` where nothing. Of several rules the one that leaves least wins. */
  treat(
    finding: { readonly label: string; readonly category: string; readonly score: number },
    text: { readonly role: TextRole; readonly kind: TextKind; readonly source?: string },
  ): Treatment | undefined
  /** Tells whether the call, treated as `treat` says, may go to a target; absent where it may go to all. */
  readonly admits?: (target: TargetFacts) => boolean
}

/** Compiled information barriers. */
export interface BarrierSet {
  readonly version: string
  /** Tells whether any wall asks for a label of the content. */
  needs(label: string): boolean
  /**
   * Decides whether someone may send or receive content with these labels at a time (milliseconds since the
   * Unix epoch), knowing what they have seen before. Changes nothing: `record` does.
   */
  check(contact: BarrierContact): BarrierVerdict
  /**
   * Remembers durably that someone has seen labels; returns when it is kept. Throws when it cannot be, and
   * `blocked_by_policy` when it is not allowed any more: whatever was awaited since `check` may have changed that.
   */
  record(contact: BarrierContact): void
  /**
   * Decides, and remembers what is allowed in the same breath, so that of two calls of one person that overlap
   * the second knows of the first. Throws when it cannot be remembered: then nothing may go.
   */
  enter(contact: BarrierContact): BarrierVerdict
}

/** Someone meets content. */
export interface BarrierContact {
  readonly principal: PrincipalFacts
  readonly labels: readonly string[]
  readonly direction: 'send' | 'receive'
  readonly at: number
}

/** What the barriers say. */
export interface BarrierVerdict {
  readonly isAllowed: boolean
  /** What the walls that spoke said, in order of rule ids. */
  readonly statements: readonly RuleStatement[]
  /** Labels that may not be sent or received. */
  readonly refused: readonly string[]
}

/** Finds terms of dictionaries or rows of customer tables in a text, in time linear in it. */
export interface TermFinder {
  /** Label and category of everything it may find. */
  readonly labels: readonly { readonly label: string; readonly category: string }[]
  /** What is in a text, with places in it; overlaps are allowed. */
  find(text: string): readonly TermSighting[]
}

/** A term that was seen. */
export interface TermSighting extends Sighting {
  readonly label: string
  readonly category: string
}

/** One text as the derivation of labels sees it. */
export interface LabelSource {
  readonly view: TextView
  readonly role: TextRole
  readonly kind: TextKind
  readonly direction: Direction
  /** Name of the tool or title of the document. */
  readonly source?: string
  /** What was found in it. */
  readonly findings: readonly { readonly label: string; readonly score: number }[]
}

/** Derives the labels of content, such as `deal:falcon`, from what is in it and where it comes from. */
export interface CategorySet {
  /** All labels that can come out, sorted. */
  readonly labels: readonly string[]
  /** What has to be found for the derivation; `undefined` where nothing asks for the label. */
  needs(label: string): LabelNeed | undefined
  /** The labels of one text, sorted. Pure; linear in the text. */
  labelsOf(text: LabelSource): readonly string[]
}
