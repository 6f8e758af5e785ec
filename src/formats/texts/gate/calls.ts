import { GatewayError } from '../../../core/errors.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type { ToolCall } from '../../../core/text-filter.ts'
import type { Scope } from '../shape.ts'
import type { ToolUse } from '../tools.ts'
import { findTexts } from '../walk.ts'
import type { FoundText } from '../walk.ts'
import { CallPieces } from './call-pieces.ts'
import type { StreamRules } from './streams.ts'

/** Of texts in frames of which nothing else is known. */
export const scopeOfAnswer: Scope = { role: 'assistant', kind: 'text', channel: '' }

/** Most that the arguments of one call may be, in UTF-16 code units. */
const maxArgumentsLength = 1_048_576
/** Most that may wait for the end of one call, in bytes of frames. */
const maxHeldBytes = 33_554_432

/** One call of a tool in a stream, from the frame that opens it to the one that ends it. */
export class GrowingCall<Frame> {
  readonly pieces = new CallPieces()
  /** The frames that tell of it, with their numbers. */
  readonly frames: { readonly frame: Frame; readonly number: number }[] = []
  /** Texts of its arguments that are not looked through yet. */
  deferred: { readonly frame: Frame; readonly found: FoundText }[] = []
  isComplete = false
  isAllowed = false
  /** Name under which frames tell of it. */
  readonly key: string

  constructor(key: string) {
    this.key = key
  }

  /** The call as it is told, see `CallPieces.calls`. */
  told({ calls }: StreamRules): readonly [ToolCall, ...ToolCall[]] {
    return this.pieces.calls(calls.join)
  }
}

/** A frame as a book of calls sees it. */
interface CallFrame<Frame> {
  readonly calls: GrowingCall<Frame>[]
}

/** Keeps book of the calls of one stream. */
export class CallBook<Frame extends CallFrame<Frame>> {
  readonly #rules: StreamRules
  readonly #defers: boolean
  /** Those that are not complete, by the name under which frames tell of them. */
  readonly #open = new Map<string, GrowingCall<Frame>>()
  /** What was told under a name in calls that are complete, for frames that tell it once more. */
  readonly #known = new Map<string, GrowingCall<Frame>>()
  /** Those that nobody has decided about, in the order in which they began. */
  #waiting: GrowingCall<Frame>[] = []
  /** The call that the frame that is read repeats as it was. */
  #repeated = ''
  /** Those that another one of the same name followed, so that they are complete. */
  #replaced: GrowingCall<Frame>[] = []
  #heldBytes = 0
  #number = 0

  /** @param defers whether calls wait until somebody has judged them */
  constructor(rules: StreamRules, defers: boolean) {
    this.#rules = rules
    this.#defers = defers
  }

  /** The call that is to be judged first, complete or not. */
  get first(): GrowingCall<Frame> | undefined {
    return this.#waiting[0]
  }

  /** A frame begins; it is as long as it says. Throws `compliance_unavailable` when more waits than may. */
  begin(bytes: number): void {
    this.#number += 1
    if (!this.#defers) return
    this.#heldBytes = this.#waiting.length === 0 ? 0 : this.#heldBytes + bytes
    if (this.#heldBytes > maxHeldBytes) throw tooLong()
  }

  /** Takes a call that a frame tells of; tells whether it is a new one. */
  tell(tool: ToolUse, scope: Scope, frame: Frame): boolean {
    const key = `${scope.call ?? ''}/`
    if (scope.repeats === true && this.#isKnown(key, tool)) {
      this.#repeated = `${key}${this.#number}`
      return false
    }
    const open = this.#open.get(key)
    const goesOn = open !== undefined && !this.#isAnother(open, tool, scope, frame)
    const call = goesOn ? open : this.#begin(key, open)
    if (call.pieces.length <= maxArgumentsLength) call.pieces.tell(tool, this.#number)
    this.#add(call, frame)
    return !goesOn
  }

  /** Takes a text of a call; tells whether it is to be looked through only when the call is complete. */
  take(found: FoundText, frame: Frame): boolean {
    const { scope, text } = found
    if (scope.kind !== 'tool-arguments') return false
    const key = `${scope.call ?? ''}/`
    let call = this.#open.get(key)
    if (call === undefined) {
      if (scope.repeats === true && this.#saysAgain(key, text)) return false
      // Nobody told which tool it is for: judged without a name.
      call = this.#begin(key)
      if (scope.source !== undefined) call.pieces.tell({ name: scope.source, use: 'called' }, 0)
    }
    if (call.pieces.length <= maxArgumentsLength) call.pieces.take(found, this.#number)
    this.#add(call, frame)
    if (!this.#defers) return false
    call.deferred.push({ frame, found })
    return true
  }

  /** Completes the calls whose names begin so; returns them in the order in which they began. */
  end(keys: string): readonly GrowingCall<Frame>[] {
    const ended = this.#replaced
    this.#replaced = []
    for (const [key, call] of this.#open) {
      if (!key.startsWith(keys)) continue
      this.#open.delete(key)
      this.#complete(call)
      ended.push(call)
    }
    if (!this.#defers) this.#waiting = []
    return ended
  }

  /** The first call may go. */
  allowFirst(): void {
    const [first, ...others] = this.#waiting
    this.#waiting = others
    if (first === undefined) return
    first.isAllowed = true
    first.frames.length = 0
  }

  #begin(key: string, before?: GrowingCall<Frame>): GrowingCall<Frame> {
    if (before !== undefined) {
      this.#complete(before)
      this.#replaced.push(before)
    }
    const call = new GrowingCall<Frame>(key)
    // Behind the others, also where it takes the place of one.
    this.#open.delete(key)
    this.#open.set(key, call)
    this.#waiting.push(call)
    return call
  }

  #complete(call: GrowingCall<Frame>): void {
    call.isComplete = true
    if (this.#rules.repeats(call.key)) this.#known.set(call.key, call)
  }

  /** Tells whether a text only repeats what was told of a call that is complete. */
  #saysAgain(key: string, text: string): boolean {
    if (this.#repeated === `${key}${this.#number}`) return true
    const known = this.#known.get(key)?.told(this.#rules) ?? []
    return known.some((call) => call.arguments === text)
  }

  #add(call: GrowingCall<Frame>, frame: Frame): void {
    if (call.pieces.length > maxArgumentsLength && this.#defers) throw tooLong()
    if (frame.calls.includes(call)) return
    frame.calls.push(call)
    if (this.#defers) call.frames.push({ frame, number: this.#number })
  }

  /** Tells whether frames that say everything once more say what was said before. */
  #isKnown(key: string, { name, arguments: given = '' }: ToolUse): boolean {
    const known = this.#known.get(key)
    if (known === undefined || this.#open.has(key)) return false
    return known
      .told(this.#rules)
      .some((call) => call.name === name && (given === '' || call.arguments === given))
  }

  /** Tells whether what is told under the name of an open call is the beginning of another. */
  #isAnother(open: GrowingCall<Frame>, tool: ToolUse, { repeats }: Scope, frame: Frame): boolean {
    if (repeats === true) return false
    const isSameFrame = frame.calls.includes(open)
    return isSameFrame || (this.#rules.calls.areWhole === true && tool.name !== '')
  }
}

/** Reads what a call is once its frames are written anew. */
export function readAgain<Frame extends CallFrame<Frame>>(
  call: GrowingCall<Frame>,
  rules: StreamRules,
  read: (frame: Frame) => JsonObject | JsonValue[] | undefined,
): readonly [ToolCall, ...ToolCall[]] {
  const { key, frames } = call
  const pieces = new CallPieces()
  const tools = new Map<string, string>()
  for (const { frame, number } of frames) {
    const json = read(frame)
    if (json === undefined) continue
    findTexts(json, rules.frame, scopeOfAnswer, {
      tools,
      tool: (tool, { call = '' }) => {
        if (tool.use === 'called' && `${call}/` === key) pieces.tell(tool, number)
      },
      text: (found) => {
        const { kind, call = '' } = found.scope
        if (kind === 'tool-arguments' && `${call}/` === key) pieces.take(found, number)
      },
    })
  }
  const [first, ...more] = pieces.calls(rules.calls.join)
  const isAlone = frames.every(({ frame }) =>
    frame.calls.every((other) => other === call || other.key !== key),
  )
  return isAlone ? [first, ...more] : [first, ...more, ...call.told(rules)]
}

function tooLong(): GatewayError {
  const cause = new Error('a tool is called with more than can be held to be judged')
  return new GatewayError('compliance_unavailable', undefined, { cause })
}
