import { namedPath } from './changes.ts'
import { HistoryError } from './history-error.ts'
import { applyEdits, removedSecret } from './mask.ts'
import { formatPath } from './problem.ts'
import { parseSource } from './source.ts'

/**
 * Puts the secrets that history took out of a text back in from the present file, where the same
 * setting of the same named entry still holds one. Throws a `HistoryError` that names the others.
 */
export function restoreSecrets(stored: { readonly text: string }, present: string): string {
  const old = parseSource(stored.text)
  const now = parseSource(present)
  const values = new Map<string, string>()
  for (const place of now.places.values()) {
    const isSecretGone = place.text === undefined || place.text === removedSecret
    if (!isSecretGone) values.set(namedPath(now.value, place.path), place.text ?? '')
  }
  const edits = []
  const missing: string[] = []
  for (const place of old.places.values()) {
    if (place.text !== removedSecret) continue
    const value = values.get(namedPath(old.value, place.path))
    if (value === undefined) missing.push(formatPath(place.path))
    else edits.push({ ...place.value, replacement: JSON.stringify(value) })
  }
  if (missing.length > 0) {
    throw new HistoryError(
      `the secret at ${missing.join(', ')} stood in the file itself, so history does not have it, ` +
        'and the present file does not have it either; put it there or use ${env:NAME}',
    )
  }
  return applyEdits(stored.text, edits)
}
