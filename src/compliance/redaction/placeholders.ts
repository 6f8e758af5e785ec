import { placeholderName } from './replacer.ts'
import type { Replacer } from './replacer.ts'

/** Placeholders that somebody wrote already, in any case. */
const written = /<([A-Z][A-Z0-9_]*_\d{1,9})>|&lt;([A-Z][A-Z0-9_]*_\d{1,9})&gt;/gi

/** Hands out placeholders such as `<PERSON_1>`, one for each value, in the order in which they are met. */
export interface Placeholders {
  /** Returns the placeholder of a value. */
  readonly replace: Replacer
  /** Never hands out a placeholder that stands in this text: it would mean two things. */
  reserve(text: string): void
}

/**
 * Makes the placeholders of one call.
 * @param onNew told of each new one
 */
export function createPlaceholders(
  onNew: (placeholder: string, value: string) => void = () => undefined,
): Placeholders {
  const byValue = new Map<string, string>()
  const lastNumber = new Map<string, number>()
  const reserved = new Set<string>()

  function next(name: string): string {
    let number = lastNumber.get(name) ?? 0
    do number += 1
    while (reserved.has(`${name}_${number}`))
    lastNumber.set(name, number)
    return `<${name}_${number}>`
  }

  return {
    reserve(text) {
      if (!text.includes('<') && !text.includes('&')) return
      for (const [, plain, encoded] of text.matchAll(written)) {
        reserved.add((plain ?? encoded ?? '').toUpperCase())
      }
    },
    replace(label, text) {
      const name = placeholderName(label)
      const key = `${name} ${text}`
      const known = byValue.get(key)
      if (known !== undefined) return known
      const placeholder = next(name)
      byValue.set(key, placeholder)
      onNew(placeholder, text)
      return placeholder
    },
  }
}
