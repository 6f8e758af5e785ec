/** Values made on demand, of which only the most recently used are kept. */
export interface RecentValues<Value> {
  /** Returns the value of a key, made when it is not kept. */
  get(key: string, make: () => Value): Value
  /** Returns the value of a key when it is kept. */
  find(key: string): Value | undefined
  readonly size: number
}

/** Makes an empty collection that never holds more than `max` values. */
export function createRecentValues<Value>(max: number): RecentValues<Value> {
  /** Least recently used first. */
  const values = new Map<string, Value>()
  /** Finds a value and notes its use. */
  function find(key: string): Value | undefined {
    const value = values.get(key)
    if (value === undefined) return undefined
    values.delete(key)
    values.set(key, value)
    return value
  }
  return {
    find,
    get(key, make) {
      const kept = find(key)
      if (kept !== undefined) return kept
      const value = make()
      values.set(key, value)
      if (values.size > max) values.delete(values.keys().next().value ?? '')
      return value
    },
    get size() {
      return values.size
    },
  }
}
