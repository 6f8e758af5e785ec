import { GatewayError } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'

/** A session's place among those that run. */
export interface SessionPlace {
  /** Says how the session is to be ended when the gateway stops; at once if it does already. */
  onStop(end: (error: GatewayError) => void): void
  /** Gives the place back; a second time does nothing. */
  release(): void
}

/** The realtime sessions that run, of every configuration version. */
export interface SessionRegistry {
  readonly count: number
  /** Takes a place, or throws `overloaded` (503), `rate_limited` (429), `shutting_down` (503). */
  admit(
    principal: Principal,
    limits: { readonly maxSessions: number; readonly maxSessionsPerKey: number },
  ): SessionPlace
  /**
   * Ends every session and admits none any more; resolves with how many there were when those have ended
   * that have their client already.
   */
  stop(): Promise<number>
}

interface Place {
  /** Absent while the session still lacks its provider or its client. */
  end: ((error: GatewayError) => void) | undefined
  readonly left: PromiseWithResolvers<void>
}

/** Makes a registry without sessions. */
export function createSessionRegistry(): SessionRegistry {
  const places = new Set<Place>()
  const perKey = new Map<string, number>()
  let stopping: GatewayError | undefined

  function leave(key: string): void {
    const left = (perKey.get(key) ?? 1) - 1
    if (left === 0) perKey.delete(key)
    else perKey.set(key, left)
  }

  return {
    get count() {
      return places.size
    },
    admit(principal, limits) {
      if (stopping !== undefined) throw stopping
      if (places.size >= limits.maxSessions) {
        throw new GatewayError('overloaded', 'The gateway has its limit of realtime sessions.', {
          retryAfterSeconds: 5,
        })
      }
      const key = keyOf(principal)
      const running = perKey.get(key) ?? 0
      if (running >= limits.maxSessionsPerKey) {
        throw new GatewayError('rate_limited', 'This key has its limit of realtime sessions.', {
          retryAfterSeconds: 5,
        })
      }
      perKey.set(key, running + 1)
      const place: Place = { end: undefined, left: Promise.withResolvers<void>() }
      places.add(place)
      return {
        onStop(end) {
          place.end = end
          if (stopping !== undefined) end(stopping)
        },
        release() {
          if (places.delete(place)) leave(key)
          place.left.resolve()
        },
      }
    },
    async stop() {
      stopping ??= new GatewayError('shutting_down')
      const { size } = places
      const running = [...places].filter(({ end }) => end !== undefined)
      for (const { end } of running) end?.(stopping)
      await Promise.all(running.map(({ left }) => left.promise))
      return size
    },
  }
}

function keyOf({ tenant, id, keyId }: Principal): string {
  return JSON.stringify([tenant, keyId ?? id])
}
