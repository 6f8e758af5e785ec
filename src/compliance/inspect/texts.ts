import type { Answer, CallBody, Question } from '../../core/call.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { AttachmentFact, TextKind, TextRole } from '../../core/facts.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SessionReader } from './session-reader.ts'
import type { OpenTextFilter, StreamTextGate, ToolCall } from '../../core/text-filter.ts'

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
  /** Where each of the segments stands in it, in order; offsets in UTF-16 code units. */
  readonly parts: readonly {
    readonly segment: number
    readonly start: number
    readonly end: number
  }[]
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

/** A call of a tool in a whole answer. */
export interface AnsweredCall extends ToolCall {
  /** Numbers of the segments of its arguments. */
  readonly segments: readonly number[]
  /** Number of the segment in front of which it is judged; that of no segment where it is judged last. */
  readonly at: number
}

/** How the calls of tools of a stream are judged. */
export interface CallWatch {
  readonly holdsCalls: boolean
  /** Told of each complete call as it came. */
  readonly openCall: (calls: readonly ToolCall[]) => void
}

/** The texts of a whole answer. */
export interface AnswerTexts {
  readonly segments: readonly BodyText[]
  /** Segments that a stream would bring as one text. */
  readonly joined: readonly JoinedTexts[]
  /** Its calls of tools, in order. */
  readonly calls: readonly AnsweredCall[]
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
  openGate(question: Question, openFilter: OpenTextFilter, watch: CallWatch): StreamTextGate
  openEnding(question: Question): StreamEnding
  /** Opens the reader of one realtime session. */
  openSession(): SessionReader
}
