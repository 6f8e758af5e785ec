import type { Answer, CallBody, Question } from '../../core/call.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { AttachmentFact, TextKind, TextRole } from '../../core/facts.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SessionReader } from './session-reader.ts'
import type { OpenTextFilter, StreamTextGate } from '../../core/text-filter.ts'

/** One text within a body. */
export interface BodyText {
  /** Where it stands; holds names of members, so it is not to be recorded. */
  readonly place: string
  readonly role: TextRole
  readonly kind: TextKind
  readonly source?: string
  /** Name of the member that holds it, where that says what it is. */
  readonly key?: string
  readonly text: string
}

/** A tool that a body tells of. */
export interface BodyTool {
  readonly name: string
  readonly use: 'offered' | 'called' | 'answered'
  readonly description?: string
  /** Hints of MCP about an offered tool. */
  readonly annotations?: JsonObject
  /** What it is called with, as JSON text or as the text it takes. */
  readonly arguments?: string
}

/** Texts beside one another that their reader takes for one. */
export interface JoinedTexts {
  readonly text: string
  /** Leads a range of the joined text back to the segments that make it, by their numbers. */
  rangesOf(range: {
    readonly start: number
    readonly end: number
  }): readonly { readonly segment: number; readonly start: number; readonly end: number }[]
}

/** The texts of a request, and what else rules may ask about. */
export interface RequestTexts {
  readonly segments: readonly BodyText[]
  readonly joined: readonly JoinedTexts[]
  /** Places of prompts that are numbers of tokens. */
  readonly tokens: readonly string[]
  readonly attachments: readonly AttachmentFact[]
  readonly tools: readonly BodyTool[]
  /** Whether everything in it could be read but its attachments. */
  readonly isReadable: boolean
  /** Why it could not, in words without content. */
  readonly reason?: string
  /** Whether an object in it has a member twice: readers disagree about which of them counts. */
  readonly hasRepeatedMembers: boolean
  /** Returns the body with other texts in these places; everything else stays as it is. */
  replace(texts: ReadonlyMap<string, string>): CallBody
}

/** The texts of a whole answer. */
export interface AnswerTexts {
  readonly segments: readonly BodyText[]
  readonly tools: readonly BodyTool[]
  readonly isReadable: boolean
  readonly reason?: string
  replace(texts: ReadonlyMap<string, string>): Exclude<Answer['body'], AsyncIterable<Uint8Array>>
}

/** Writes the end of a stream that was stopped. */
export interface StreamEnding {
  /** Told of everything that was sent. */
  see(bytes: Uint8Array): void
  /** The frames that tell the client, in its dialect. */
  write(error: GatewayError): Uint8Array
}

/** Reads and rewrites bodies: what compliance has to be told about wire formats. */
export interface BodyReader {
  request(question: Question): RequestTexts
  answer(question: Question, answer: Answer): AnswerTexts
  /**
   * What a body that comes in pieces is: `frames` that tell a growing answer, the pieces of one `whole` body, or
   * `media`, in which there is no text.
   */
  streamKind(question: Question, answer: Answer): 'frames' | 'whole' | 'media'
  /** Opens the gate of an answer in frames. */
  openGate(question: Question, openFilter: OpenTextFilter): StreamTextGate
  openEnding(question: Question): StreamEnding
  /** Opens the reader of one realtime session. */
  openSession(): SessionReader
}
