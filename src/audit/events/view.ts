/** Where the events come from: the same for all events of one log. */
export interface EventOrigin {
  /** Names the log; with the sequence number it makes the id of an event. At most 24 of `A-Z a-z 0-9 . _ -`. */
  readonly logId: string
  /** Name of the machine or of the gateway, as other systems know it. */
  readonly host: string
  /** Port of the gateway that clients call. */
  readonly port: number
  /** Whether clients call it over TLS. */
  readonly isTls: boolean
  /** Version of this product. */
  readonly version: string
}

/** How much it matters, in the words of Splunk's CIM. */
export type Severity = 'informational' | 'low' | 'medium' | 'high' | 'critical'

/** What became of a call or of what it wanted; `deferred` waits for people. */
export type EventAction = 'allowed' | 'blocked' | 'modified' | 'deferred'

/**
 * What an event is about: content that was judged, an exchange with a client, a credential that was not
 * accepted, a change by an administrator, an approval, the gateway itself, or something newer than this code.
 */
export type EventTopic =
  'inspection' | 'exchange' | 'authentication' | 'change' | 'approval' | 'service' | 'other'

/** How often one kind of thing was found. */
export interface FindingCount {
  readonly label: string
  readonly category: string
  readonly count: number
}

/** Who an event is about. Of an outcome only what the decision about the same request tells. */
export interface EventPerson {
  readonly user?: string | undefined
  readonly tenant?: string | undefined
  readonly department?: string | undefined
  readonly groups: readonly string[]
  readonly product?: string | undefined
  readonly keyId?: string | undefined
}

/** The AI side of an event. Money is integer nano-dollars. */
export interface EventModel {
  readonly operation?: string | undefined
  readonly clientFormat?: string | undefined
  readonly modelAsked?: string | undefined
  readonly modelUsed?: string | undefined
  readonly provider?: string | undefined
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly cacheReadTokens?: number | undefined
  readonly reasoningTokens?: number | undefined
  readonly costNanoUsd?: number | undefined
  readonly priceVersion?: string | undefined
  readonly attempts?: number | undefined
  readonly cache?: string | undefined
  readonly tools: readonly string[]
}

/** What was changed, of a change. Names of fields only: values stay in the log. */
export interface EventChange {
  /** Such as `routing.override.set`. */
  readonly command: string
  readonly kind: 'created' | 'modified' | 'deleted'
  readonly object: string
  /** What kind of thing it is: `command` without its verb. */
  readonly objectKind: string
  readonly fields: readonly string[]
}

/**
 * One record of the audit log in a form that every system of a security team can be given. All texts are
 * well-formed and bounded; a text that was too long ends with `…`, and `isCut` tells of it.
 */
export interface EventView {
  /** Stable and unique: whoever gets an event twice knows it by this. */
  readonly id: string
  readonly sequence: number
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** Type of the record, such as `decision`. */
  readonly kind: string
  readonly topic: EventTopic
  readonly severity: Severity
  readonly action?: EventAction | undefined
  /** Whether what was tried came about; absent where nothing was tried. */
  readonly outcome?: 'success' | 'failure' | undefined
  /** One sentence for people; of fixed words, numbers and codes. */
  readonly message: string
  readonly origin: EventOrigin
  readonly person: EventPerson
  readonly model: EventModel
  readonly change?: EventChange | undefined
  /** An address, or for sums of refusals a network. */
  readonly source?: string | undefined
  readonly requestId?: string | undefined
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
  readonly holdId?: string | undefined
  /** HTTP status that the client got. */
  readonly status?: number | undefined
  readonly errorCode?: string | undefined
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly bytesIn?: number | undefined
  readonly durationMs?: number | undefined
  readonly firstByteMs?: number | undefined
  readonly ruleIds: readonly string[]
  readonly labels: readonly string[]
  /** The most frequent first. */
  readonly findings: readonly FindingCount[]
  /** How many things were found in all, listed or not. */
  readonly findingCount: number
  /** How many requests the event stands for; absent for one. */
  readonly count?: number | undefined
  readonly firstAt?: number | undefined
  readonly lastAt?: number | undefined
  readonly policyVersion?: string | undefined
  readonly configVersion?: string | undefined
  /** Whether anything was left out because it was too long. */
  readonly isCut: boolean
}
