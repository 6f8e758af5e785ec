import type { JsonObject } from '../../core/json.ts'
import type { FormatName } from '../format.ts'
import { bodyRules } from './formats.ts'
import type { TextKind, TextRole } from './shape.ts'
import { findTexts } from './walk.ts'

/** One text within a body. */
export interface TextSegment {
  /** Where it stands, as `replaceTexts` understands it. */
  readonly place: string
  readonly role: TextRole
  readonly direction: 'request' | 'answer'
  readonly kind: TextKind
  /** Name of the tool it goes to or comes from, or title of the document. */
  readonly source?: string
  /** Name of the member that holds it: it says what the text is where arguments and records are taken apart. */
  readonly key?: string
  readonly text: string
}

/** The texts of a body. */
export interface BodyTexts {
  readonly segments: readonly TextSegment[]
  /** Places of prompts that are numbers of tokens: nobody here can read them. */
  readonly tokens: readonly string[]
  /** Values that say once more what segments below `owner` say, such as token probabilities. */
  readonly derived: readonly { readonly place: string; readonly owner: string }[]
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/**
 * Returns every text of a body that a person or a model wrote or a tool said, in the order in which a stream
 * of the same answer would bring them. Members nobody knows count as text; binary data, signatures and
 * identifiers do not.
 */
export function segmentsOf(
  body: JsonObject,
  { format, direction }: { readonly format: FormatName; readonly direction: 'request' | 'answer' },
): BodyTexts {
  const segments: TextSegment[] = []
  const tokens: string[] = []
  const derived: { place: string; owner: string }[] = []
  const role = direction === 'request' ? 'user' : 'assistant'
  findTexts(
    body,
    bodyRules[format][direction],
    { role, kind: 'text' },
    {
      text({ place, text, key, scope: { role, kind, source } }) {
        const segment: Writable<TextSegment> = { place, role, direction, kind, text }
        if (source !== undefined && source !== '') segment.source = source
        if (key !== undefined) segment.key = key
        segments.push(segment)
      },
      derived: (place, owner) => derived.push({ place, owner }),
      tokens: (place) => tokens.push(place),
    },
  )
  return { segments, tokens, derived }
}

/** Returns the derived values that have to be emptied because texts at these places change. */
export function clearedBy(places: Iterable<string>, { derived }: BodyTexts): readonly string[] {
  if (derived.length === 0) return []
  const changed = [...places]
  return derived
    .filter(({ owner }) => changed.some((place) => place.startsWith(owner)))
    .map(({ place }) => place)
}
