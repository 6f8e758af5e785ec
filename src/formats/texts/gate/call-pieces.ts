import type { ToolCall } from '../../../core/text-filter.ts'
import type { ToolUse } from '../tools.ts'
import type { FoundText } from '../walk.ts'

/** Puts what several frames tell of the arguments of one call together to what they are. */
export type JoinArguments = (told: readonly string[]) => string

/** What frames tell of one call of a tool: its name, and its arguments piece by piece or whole. */
export class CallPieces {
  /** Length of all that was told of its arguments, in UTF-16 code units. */
  length = 0
  #nothing = ''
  readonly #names: string[] = []
  readonly #pieces: string[] = []
  /** Arguments told once more, whole. */
  readonly #repeated = new Set<string>()
  /** Arguments told in the form of an object, by the frame that did so. */
  readonly #told = new Map<number, string>()

  /** Takes what an object says that tells of the call. */
  tell({ name, arguments: given = '' }: ToolUse, frame: number): void {
    if (name !== '' && this.#names.at(-1) !== name) this.#names.push(name)
    // Where arguments follow piece by piece, an empty object stands in their place.
    if (given === '{}') this.#nothing = given
    if (given === '' || given === '{}') return
    this.#told.set(frame, given)
    this.length += given.length
  }

  /** Takes a text of the arguments; what is no part of a growing text was told as an object. */
  take({ text, channel, scope }: FoundText, frame: number): void {
    if (channel === undefined || isPartial(channel)) return
    // The object said nothing but this text.
    const told = this.#told.get(frame)
    if (told !== undefined) this.length -= told.length
    this.#told.delete(frame)
    if (text === '') return
    this.length += text.length
    if (scope.repeats === true) this.#repeated.add(text)
    else this.#pieces.push(text)
  }

  /**
   * The call as clients may understand it. Most often that is one; several where frames contradict one another, as
   * it is not known which of them a client believes.
   */
  calls(join: JoinArguments): readonly [ToolCall, ...ToolCall[]] {
    const pieced = this.#pieces.join('')
    const told = join([...this.#told.values()])
    const given = [...new Set([pieced, ...this.#repeated, told])].filter((text) => text !== '')
    const [first = this.#nothing, ...more] = given
    const [name = '', ...others] = this.#names
    const call: ToolCall = { name, arguments: first }
    // Some clients put names together as they do with arguments.
    const names = others.length === 0 ? [] : [...new Set([...others, this.#names.join('')])]
    return [
      call,
      ...more.map((text) => ({ name, arguments: text })),
      ...names.flatMap((other) =>
        [first, ...more].map((text) => ({ name: other, arguments: text })),
      ),
    ]
  }
}

/** Tells whether a channel is one of Gemini's, of which each is one of several arguments. */
function isPartial(channel: string): boolean {
  return channel.endsWith('/value')
}

/** Takes the last word for it. */
export const lastTold: JoinArguments = (told) => told.at(-1) ?? ''
