import type { Answer, CallBody, Question } from '../../core/call.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { AttachmentFact, TextKind, TextRole } from '../../core/facts.ts'
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
  /** JSON text it is called with. */
  readonly arguments?: string
}

/** The texts of a request, and what else rules may ask about. */
export interface RequestTexts {
  readonly segments: readonly BodyText[]
  /** Places of prompts that are numbers of tokens. */
  readonly tokens: readonly string[]
  readonly attachments: readonly AttachmentFact[]
  readonly tools: readonly BodyTool[]
  /** Whether everything in it could be read but its attachments. */
  readonly isReadable: boolean
  /** Whether an object in it has a member twice: readers disagree about which of them counts. */
  readonly hasRepeatedMembers: boolean
  /** Returns the body with other texts in these places; everything else stays as it is. */
  replace(texts: ReadonlyMap<string, string>): CallBody
}

/** The texts of a whole answer. */
export interface AnswerTexts {
  readonly segments: readonly BodyText[]
  readonly tools: readonly BodyTool[]
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
  /** Opens the gate of a streamed answer; `undefined` for streams without any text, such as sound. */
  openGate(
    question: Question,
    answer: Answer,
    openFilter: OpenTextFilter,
  ): StreamTextGate | undefined
  openEnding(question: Question): StreamEnding
}
