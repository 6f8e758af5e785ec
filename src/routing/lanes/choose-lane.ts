import type { Question } from '../../core/call.ts'
import { GatewayError } from '../../core/errors.ts'
import type { Lane } from '../../core/record.ts'
import { conversationKey } from '../strategies/sticky.ts'
import type { LaneMemory } from './memory.ts'
import { readPromptFacts } from './prompt-facts.ts'
import { scoreOf } from './score.ts'
import type { SignalWeights } from './score.ts'

/** How the lane of a call is chosen. */
export interface LaneRules {
  /** Score from which on a call goes to the capable lane. */
  readonly threshold: number
  /** Score below which a conversation may come back from there, where it may at all. */
  readonly releaseBelow: number
  /** What a conversation that went to the capable lane does: stay, stay while its score is not low, or nothing. */
  readonly sticky: 'capable' | 'hysteresis' | 'off'
  readonly stickyTtlMs: number
  /** Whether callers may choose by the header, as far as they may ask for the model of the lane. */
  readonly header: 'permitted' | 'off'
  readonly weights: SignalWeights
}

/** The lane of a call, before anybody was asked. */
export interface LaneChoice {
  readonly lane: Lane
  readonly score?: number
  readonly reasons: readonly string[]
}

export interface ChooserOptions extends LaneRules {
  /** Name of the model that has the lanes. */
  readonly route: string
  /** Tells whether somebody who may ask for the models of these patterns may choose a lane. */
  readonly isPermitted: (lane: Lane, patterns: readonly string[]) => boolean
}

/** Chooses lanes of one route. */
export interface LaneChooser {
  choose(question: Question): LaneChoice
  /** Has the conversation of a call stay in the capable lane from now on, where conversations stay. */
  stay(question: Question): void
}

/** Header by which callers choose. */
const headerName = 'x-smartflow-lcr'

/** Words of the header. */
const wishes: ReadonlyMap<string, Lane | 'auto'> = new Map<string, Lane | 'auto'>([
  ['auto', 'auto'],
  ['off', 'capable'],
  ['capable', 'capable'],
  ['frontier', 'capable'],
  ['efficient', 'efficient'],
  ['local', 'efficient'],
])

/** Makes the chooser of a route. */
export function createLaneChooser(options: ChooserOptions, memory: LaneMemory): LaneChooser {
  const { route, threshold, releaseBelow, sticky, stickyTtlMs, weights } = options

  function wishOf({ call, principal }: Question): LaneChoice | undefined {
    const word = call.headers.get(headerName)
    if (word === null || options.header === 'off') return undefined
    const wish = wishes.get(word.trim().toLowerCase())
    if (wish === undefined) throw unknownWish()
    if (wish === 'auto') return undefined
    const isPermitted = options.isPermitted(wish, principal.models)
    return isPermitted ? { lane: wish, reasons: ['header'] } : undefined
  }

  return {
    choose(question) {
      const wished = wishOf(question)
      if (wished !== undefined) return wished
      const key = sticky === 'off' ? undefined : conversationKey(question)
      const wasCapable = key !== undefined && memory.isCapable(route, key, stickyTtlMs)
      if (wasCapable && sticky === 'capable') return { lane: 'capable', reasons: ['sticky'] }
      const { json, bytes } = question.body
      const facts = readPromptFacts(json ?? {}, bytes.byteLength)
      const { value, signals } = scoreOf(facts, weights)
      const isCapable = value >= (wasCapable ? Math.min(releaseBelow, threshold) : threshold)
      if (key !== undefined && isCapable) memory.keep(route, key, stickyTtlMs)
      else if (key !== undefined && wasCapable) memory.forget(route, key)
      const isHeld = isCapable && value < threshold
      return {
        lane: isCapable ? 'capable' : 'efficient',
        score: value,
        reasons: isHeld ? ['sticky', ...signals] : signals,
      }
    },
    stay(question) {
      const key = sticky === 'off' ? undefined : conversationKey(question)
      if (key !== undefined) memory.keep(route, key, stickyTtlMs)
    },
  }
}

function unknownWish(): GatewayError {
  return new GatewayError(
    'invalid_request',
    `${headerName} must be auto, off, efficient or capable.`,
    { param: headerName },
  )
}
