import { parseJson } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { replaceTexts } from '../replace.ts'
import { clearedBy } from '../segments.ts'
import { freeShape, of } from '../shape.ts'
import type { Rule, Scope } from '../shape.ts'
import { lineShape } from '../shapes/lines.ts'
import { findTexts } from '../walk.ts'
import type { TextCollection } from './collection.ts'
import { cueTexts } from './cues.ts'

/** A text whose parts can be read and replaced. */
export interface ReadableText {
  /** Adds what is in it to a collection, with places that begin with a prefix. */
  read(collection: TextCollection, prefix: string): void
  /**
   * Writes the text anew; what does not change keeps its characters.
   * @param changes new texts by their place behind the prefix
   */
  rewrite(changes: ReadonlyMap<string, string>): string
}

/** JSON text that is read by what it is known to be. */
export function jsonText(
  text: string,
  json: JsonValue,
  { rule, scope }: { readonly rule: Rule; readonly scope: Scope },
): ReadableText {
  return {
    read: (collection, prefix) => collection.readJson({ text, json }, { rule, scope, prefix }),
    rewrite(changes) {
      const derived: { place: string; owner: string }[] = []
      findTexts(json, rule, scope, {
        text: () => undefined,
        derived: (place, owner) => derived.push({ place, owner }),
      })
      const cleared = clearedBy(changes.keys(), { segments: [], tokens: [], derived })
      return replaceTexts(text, changes, cleared)
    },
  }
}

/** A text as a whole. */
function plainText(text: string, scope: Scope): ReadableText {
  return {
    read(collection, prefix) {
      if (text !== '') collection.addText(text, { place: prefix + wholePlace, scope })
    },
    rewrite: (changes) => changes.get(wholePlace) ?? text,
  }
}

/** Place of a text that is read as a whole. */
const wholePlace = 'text'

/** Opens a text by what it looks like: JSON Lines, JSON, subtitles, or none of them. */
export function openText(text: string, scope: Scope): ReadableText {
  const start = text.search(/\S/)
  const sign = start < 0 ? '' : text[start]
  if (sign === '{' || sign === '[') {
    const lines = parseLines(text)
    if (lines !== undefined) return jsonLines(lines, scope)
    const json = parseJson(text)
    if (typeof json === 'object' && json !== null) {
      return jsonText(text, json, { rule: of(freeShape), scope })
    }
  }
  return cueTexts(text, scope) ?? plainText(text, scope)
}

interface Line {
  readonly text: string
  /** `undefined` for a line with nothing but white space. */
  readonly json: JsonObject | JsonValue[] | undefined
}

/** Most lines that are read one by one; more than any batch has. */
const maxLines = 65_536

/** Parses JSON Lines; `undefined` where a line is no object or they are too many: then all is one text. */
function parseLines(text: string): readonly Line[] | undefined {
  const written = text.split('\n', maxLines + 1)
  if (written.length > maxLines) return undefined
  const lines: Line[] = []
  for (const line of written) {
    const json = parseJson(line)
    const isValue = typeof json === 'object' && json !== null
    if (!isValue && line.trim() !== '') return undefined
    lines.push({ text: line, json: isValue ? json : undefined })
  }
  return lines
}

const lineRule: Rule = of(lineShape)

function jsonLines(lines: readonly Line[], scope: Scope): ReadableText {
  const openLine = ({ text, json }: Line): ReadableText | undefined =>
    json === undefined ? undefined : jsonText(text, json, { rule: lineRule, scope })
  return {
    read(collection, prefix) {
      lines.forEach((line, number) => {
        openLine(line)?.read(collection, `${prefix}line[${number}]#`)
      })
    },
    rewrite(changes) {
      const byLine = changesByNumber(changes, 'line')
      const written = lines.map((line, number) => {
        const own = byLine.get(number)
        return own === undefined ? line.text : (openLine(line)?.rewrite(own) ?? line.text)
      })
      return written.join('\n')
    },
  }
}

/** Sorts changes of places such as `line[4]#body.input` by their number; what stands before `#` is cut off. */
export function changesByNumber(
  changes: ReadonlyMap<string, string>,
  name: string,
): ReadonlyMap<number, ReadonlyMap<string, string>> {
  const sorted = new Map<number, Map<string, string>>()
  for (const [place, text] of changes) {
    const close = place.indexOf(']')
    if (!place.startsWith(`${name}[`) || close < 0) continue
    const number = Number(place.slice(name.length + 1, close))
    const own = sorted.get(number) ?? new Map<string, string>()
    own.set(place.slice(close + 2), text)
    sorted.set(number, own)
  }
  return sorted
}
