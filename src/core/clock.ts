/** Time as a dependency, so that tests can set it. */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch; may jump. */
  now(): number
  /** Monotonic time in milliseconds from an arbitrary origin; never goes back. */
  monotonic(): number
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}
