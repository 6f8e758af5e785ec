import { skipSpace, skipString } from '../json-scan.ts'
import { JsonTextScanner } from './json-text.ts'
import { EscapeMap, escapeJson } from './leaf.ts'
import type { JsonLeaf } from './leaf.ts'
import { dataUrlHead, toBase64 } from './encoded.ts'
import { encodedStep, jsonStep, nameStep, newNode, nodeAt, placeName } from './place.ts'
import type { PlaceNode } from './place.ts'

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Puts new texts at places of a JSON text. All other bytes stay: number spellings, white space, order and
 * escapes. A number becomes a string. Of a member that is given twice every occurrence is replaced; places
 * that are not there are passed over.
 * @param replacements new texts by their place, as `segmentsOf` names it
 * @param cleared places of values that only repeat what was replaced; they are emptied
 */
export function replaceTexts(
  text: string,
  replacements: ReadonlyMap<string, string>,
  cleared: Iterable<string> = [],
): string {
  const root = newNode()
  for (const [place, words] of replacements) addReplacement(root, place, words)
  for (const place of cleared) nodeAt(root, place).node.isCleared = true
  return applyEdits(text, editsIn(text, root))
}

function addReplacement(root: PlaceNode, place: string, words: string): void {
  const { node, suffix } = nodeAt(root, place)
  if (suffix === '') node.text = words
  else if (suffix === nameStep) node.name = words
  else if (suffix === encodedStep) node.encoded = words
  else if (suffix.startsWith(jsonStep)) node.json.set(suffix.slice(jsonStep.length), words)
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let from = 0
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text
    from = edit.end
  }
  return result + text.slice(from)
}

/** An object or array on the way to something that changes. */
interface Level {
  readonly node: PlaceNode
  readonly isObject: boolean
  index: number
}

function editsIn(text: string, root: PlaceNode): readonly Edit[] {
  const edits: Edit[] = []
  const levels: Level[] = []
  let at = takeValue(text, skipSpace(text, 0), root, { edits, levels })
  while (levels.length > 0 && at < text.length) {
    const level = levels.at(-1)
    at = skipSpace(text, at)
    const sign = text[at]
    if (sign === '}' || sign === ']' || level === undefined) {
      levels.pop()
      at += 1
    } else if (sign === ',') {
      level.index += 1
      at += 1
    } else if (level.isObject) at = takeMember(text, at, level.node, { edits, levels })
    else at = takeValue(text, at, level.node.elements.get(level.index), { edits, levels })
  }
  return edits
}

interface Progress {
  readonly edits: Edit[]
  readonly levels: Level[]
}

function takeMember(text: string, at: number, parent: PlaceNode, progress: Progress): number {
  // Whatever stands here is no JSON: the parser has said so before.
  if (text[at] !== '"') return at + 1
  const nameEnd = skipString(text, at)
  const node = parent.members.get(placeName(decode(text.slice(at, nameEnd))))
  if (node?.name !== undefined) {
    progress.edits.push({ start: at, end: nameEnd, text: JSON.stringify(node.name) })
  }
  const colon = skipSpace(text, nameEnd)
  return takeValue(text, skipSpace(text, colon + 1), node, progress)
}

/** Notes the edits of a value; returns the offset behind it, or within it where something changes below. */
function takeValue(
  text: string,
  at: number,
  node: PlaceNode | undefined,
  { edits, levels }: Progress,
): number {
  const sign = text[at]
  if (sign === '{' || sign === '[') {
    const isObject = sign === '{'
    const children = isObject ? node?.members : node?.elements
    if (node !== undefined && !node.isCleared && children !== undefined && children.size > 0) {
      levels.push({ node, isObject, index: 0 })
      return at + 1
    }
    const end = skipContainer(text, at)
    if (node?.isCleared === true) edits.push({ start: at, end, text: isObject ? 'null' : '[]' })
    return end
  }
  const end = sign === '"' ? skipString(text, at) : skipBare(text, at)
  if (node === undefined) return end
  if (node.text !== undefined) {
    // Both what stands here and what it is decoded to are to change: neither may stay.
    const words = node.encoded === undefined ? node.text : ''
    edits.push({ start: at, end, text: JSON.stringify(words) })
  } else if (sign === '"') {
    if (node.encoded !== undefined) {
      const head = dataUrlHead(decode(text.slice(at, end)))
      edits.push({ start: at, end, text: JSON.stringify(head + toBase64(node.encoded)) })
    } else if (node.isCleared) edits.push({ start: at, end, text: '""' })
    else if (node.json.size > 0) addInnerEdits(edits, text.slice(at, end), { at, texts: node.json })
  }
  return end
}

/** Adds the edits of JSON text that stands in a string; what does not change in it keeps its escapes. */
function addInnerEdits(
  edits: Edit[],
  literal: string,
  { at, texts }: { readonly at: number; readonly texts: ReadonlyMap<string, string> },
): void {
  const inner = decode(literal)
  const map = mapOf(literal)
  for (const { leaf, place, text } of leavesOf(inner)) {
    const words = texts.get(place)
    if (words === undefined) continue
    const [start, end] = [map.written(leaf.written(0)), map.written(leaf.written(text.length))]
    edits.push({ start: at + start, end: at + end, text: escapeJson(leaf.escape(words)) })
  }
}

/** A leaf of JSON text with all it says. */
export interface WholeLeaf {
  readonly leaf: JsonLeaf
  /** Where it stands; of a member that is given twice the second is told apart by `#2` and so on. */
  readonly place: string
  readonly text: string
}

/** Reads all leaves of JSON text. */
export function leavesOf(text: string): readonly WholeLeaf[] {
  const leaves: WholeLeaf[] = []
  const seen = new Map<string, number>()
  let open: JsonLeaf | undefined
  let said = ''
  const scanner = new JsonTextScanner({
    open(leaf) {
      open = leaf
      said = ''
    },
    text(more) {
      said += more
    },
    close() {
      if (open !== undefined && said !== '') {
        const place = open.place()
        const count = (seen.get(place) ?? 0) + 1
        seen.set(place, count)
        leaves.push({
          leaf: open,
          place: count === 1 ? place : `${place}#${count}`,
          text: said,
        })
      }
      open = undefined
    },
  })
  scanner.push(text)
  scanner.end()
  return leaves
}

/** Leads offsets of what a string literal says to offsets of the literal. */
function mapOf(literal: string): EscapeMap {
  const map = new EscapeMap(1)
  let behind = 0
  let shorter = 1
  for (let at = literal.indexOf('\\'); at >= 0; at = literal.indexOf('\\', behind)) {
    const length = literal[at + 1] === 'u' ? 6 : 2
    map.add(at - shorter, length)
    shorter += length - 1
    behind = at + length
  }
  return map
}

function decode(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  const text: unknown = JSON.parse(literal)
  return String(text)
}

function skipBare(text: string, start: number): number {
  let at = start
  while (at < text.length && !/[\s,\]}]/.test(text[at] ?? '')) at += 1
  // One sign at least, so that text that is no JSON ends as well.
  return Math.max(at, start + 1)
}

/** Returns the offset behind an object or array, however deep it is. */
function skipContainer(text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      at = skipString(text, at)
      continue
    }
    if (code === 0x7b || code === 0x5b) depth += 1
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1
      if (depth === 0) return at + 1
    }
    at += 1
  }
  return at
}
