import { matchesPattern } from '../core/patterns.ts'

/** What a stop leaves possible: everything, only calls that read, or nothing. */
export const stopModes = ['normal', 'read-only', 'halt'] as const

export type StopMode = (typeof stopModes)[number]

/** Whom a stop is for: all of what is named must be the case; without any name it is for everything. */
export interface StopScope {
  readonly tenant?: string
  /** A model's name or a pattern such as `gpt-*`: as asked for, as configured, or as its provider knows it. */
  readonly model?: string
  /** Id of a virtual key. */
  readonly key?: string
}

/** An emergency stop in force. */
export interface EmergencyStop {
  readonly mode: Exclude<StopMode, 'normal'>
  readonly scope: StopScope
  readonly reason: string
  readonly setBy: string
  /** Milliseconds since the Unix epoch. */
  readonly setAt: number
  /** Somebody wants it to end, and a second person has not said so yet. */
  readonly release?: ReleaseRequest
}

/** The wish of one person that a stop become weaker. */
export interface ReleaseRequest {
  readonly to: StopMode
  readonly by: string
  readonly at: number
  readonly reason: string
}

/** Who calls, and the names of the model that is concerned. */
export interface StopSubject {
  readonly tenant: string
  readonly keyId?: string | undefined
  readonly models: readonly string[]
}

/** Returns a text that is the same for equal scopes only. */
export function scopeKey({ tenant, model, key }: StopScope): string {
  return JSON.stringify([tenant ?? null, model ?? null, key ?? null])
}

/** Tells whether a stop is for somebody. */
export function isFor(scope: StopScope, { tenant, keyId, models }: StopSubject): boolean {
  const { model } = scope
  return (
    (scope.tenant === undefined || scope.tenant === tenant) &&
    (scope.key === undefined || scope.key === keyId) &&
    (model === undefined || models.some((name) => matchesPattern(model, name)))
  )
}

/** Returns the strictest mode of the stops that are for somebody. */
export function strictest(stops: readonly EmergencyStop[], subject: StopSubject): StopMode {
  let mode: StopMode = 'normal'
  for (const stop of stops) {
    if (mode === stop.mode || !isFor(stop.scope, subject)) continue
    if (stop.mode === 'halt') return 'halt'
    mode = stop.mode
  }
  return mode
}

/** Tells whether a mode forbids more than another. */
export function isStricter(mode: StopMode, than: StopMode): boolean {
  return stopModes.indexOf(mode) > stopModes.indexOf(than)
}
