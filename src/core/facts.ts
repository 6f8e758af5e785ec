import type { Principal } from './principal.ts'

/** Who a text comes from. */
export type TextRole = 'system' | 'user' | 'assistant' | 'tool' | 'document'

/** Text as people and models wrote it, arguments of a tool call, what a tool gave back, or a document. */
export type TextKind = 'text' | 'tool-arguments' | 'tool-result' | 'document'

/** Which way a text goes: to a model, or back from it. */
export type Direction = 'request' | 'answer'

/** T1 can be undone, T2 in part, T3 not at all. */
export type RiskTier = 'T1' | 'T2' | 'T3'

/** How often something was found in one kind of text of a call, and how surely. Never the text. */
export interface Observation {
  /** What was found: a detector's label, or one of a dictionary, a pattern, an exact-data table. */
  readonly label: string
  readonly category: string
  readonly role: TextRole
  readonly kind: TextKind
  /** Name of the tool it goes to or comes from; absent elsewhere. */
  readonly source?: string
  /** How many were found at which score in hundredths, the surest first: `[[95, 3], [45, 1]]`. */
  readonly scores: readonly (readonly [hundredths: number, count: number])[]
}

/** A tool that a call concerns. */
export interface ToolFact {
  readonly name: string
  readonly tier: RiskTier
  /** `offered` to the model, `called` by it in this text, or `answered`: its result is handed to the model. */
  readonly use: 'offered' | 'called' | 'answered'
}

/** What is attached to a request, by kind. */
export interface AttachmentFact {
  readonly type: 'image' | 'audio' | 'video' | 'document' | 'file'
  readonly count: number
}

/** Somewhere a call may go, as far as rules need to know. */
export interface TargetFacts {
  readonly provider: string
  readonly model: string
  readonly region?: string | undefined
  readonly perimeter?: string | undefined
}

/** What rules look at in a principal. */
export type PrincipalFacts = Pick<
  Principal,
  'id' | 'kind' | 'tenant' | 'department' | 'groups' | 'roles' | 'tier' | 'product' | 'keyId'
>

/** Everything the rules of a policy may look at, for one direction of one call: plain data that can be kept and judged again. */
export interface PolicyFacts {
  readonly direction: Direction
  readonly principal: PrincipalFacts
  readonly sourceAddress?: string | undefined
  /** Such as `chat`; see `Operation`. */
  readonly operation: string
  readonly model: string
  /** The model that the asked name is another name for, such as an alias or one with a suffix; absent where it is none. */
  readonly offered?: string | undefined
  /** The targets the call may go to in any attempt that is known; for answers the one that answered. */
  readonly targets: readonly TargetFacts[]
  readonly observations: readonly Observation[]
  /** Labels of the content, such as `deal:falcon`, sorted. */
  readonly labels: readonly string[]
  readonly tools: readonly ToolFact[]
  readonly attachments: readonly AttachmentFact[]
  /** Bytes of the body; of an answer the UTF-16 code units of its text so far. */
  readonly bytes: number
}

/** What is done to a text that was found, from what leaves most of it to what leaves least. */
export const treatments = ['tokenise', 'mask', 'hash', 'redact'] as const

export type Treatment = (typeof treatments)[number]

/** What a rule of a policy or a barrier said about a call, in words a user can read. */
export interface RuleStatement {
  /** Such as `gdpr/national-ids` or `barrier/falcon`. */
  readonly ruleId: string
  readonly action: Treatment | 'allow' | 'log' | 'warn' | 'route' | 'hold' | 'block'
  readonly words: string
}
