import { fieldsOf, joinWithin } from './fields.ts'
import type { EventField } from './fields.ts'
import { product, vendor } from './product.ts'
import type { EventView, Severity } from './view.ts'

// QRadar: 1 to 10.
const severityNumbers = {
  informational: 1,
  low: 3,
  medium: 5,
  high: 8,
  critical: 10,
} as const satisfies Record<Severity, number>

/** Keys that QRadar knows, for fields that it has a place for. */
const keys: Readonly<Record<string, string>> = {
  user: 'usrName',
  source: 'src',
  topic: 'cat',
  bytesIn: 'srcBytes',
  path: 'url',
}

const delimiter = '\t'

/**
 * Writes an event as Log Event Extended Format 2.0, in one line. The delimiter is the tab, which no value
 * holds: control characters are replaced by visible signs. Attributes that have no room are left out, the
 * least important first, and `isCut=true` tells of it.
 * @param maxBytes of the whole line, at least 1,024
 */
export function encodeLeef(view: EventView, maxBytes: number): string {
  const { origin, kind, severity, at } = view
  const names = [vendor, product, origin.version, kind].map(headerText)
  const head = `LEEF:2.0|${names.join('|')}|x09|`
  // Milliseconds since the epoch need no `devTimeFormat`.
  const attributes = [
    `devTime=${at}`,
    `sev=${severityNumbers[severity]}`,
    ...fieldsOf(view).map(attribute),
    `identHostName=${headerText(origin.host)}`,
  ]
  return (
    head +
    joinWithin(attributes, {
      separator: delimiter,
      mark: 'isCut=true',
      maxBytes: Math.max(maxBytes, 1_024) - Buffer.byteLength(head),
    })
  )
}

/** LEEF has no escapes, so a name cannot hold what ends it; a value may hold equals signs and pipes. */
function headerText(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._:-]/g, '_').slice(0, 255)
}

function attribute({ name, value }: EventField): string {
  return `${keys[name] ?? name}=${value}`
}
