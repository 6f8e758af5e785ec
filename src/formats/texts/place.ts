/**
 * Places in a JSON text: `messages[2].content[0].text`. A member whose name is no word is written as
 * `["a name"]`. `#name` at the end means the name of the member instead of its value, `#json` leads into
 * JSON text that stands in a string, `#base64` to text that is encoded in one, and `#rest` to what follows there when it is no JSON any more.
 */

const plainName = /^[A-Za-z_$][\w$-]*$/

/** Longest name that a place holds as it is: a place is kept for every text that changes. */
const maxNameLength = 64

/** Returns a name as places hold it: of a long one its beginning and a hash. */
export function placeName(name: string): string {
  return name.length <= maxNameLength ? name : `${name.slice(0, 32)}…${Bun.hash(name).toString(36)}`
}

/** Writes the step to a member, to be put behind the place of its object. */
export function memberStep(name: string, isFirst: boolean): string {
  const short = placeName(name)
  if (plainName.test(short)) return isFirst ? short : `.${short}`
  return `[${JSON.stringify(short)}]`
}

/** Behind the place of a string: the place of something within its JSON text. */
export const jsonStep = '#json'
/** Behind the place of a string: the text it holds in base 64, such as that of a data URL. */
export const encodedStep = '#base64'
/** Behind the place of a member: its name. */
export const nameStep = '#name'
/** Where JSON text stops being JSON. */
export const restStep = '#rest'

/** What is to change at the places below one place. */
export interface PlaceNode {
  readonly members: Map<string, PlaceNode>
  readonly elements: Map<number, PlaceNode>
  /** New value: a text; `undefined` where nothing changes. */
  text: string | undefined
  /** New text for what stands here in base 64. */
  encoded: string | undefined
  /** The value is to be emptied. */
  isCleared: boolean
  /** New name of the member. */
  name: string | undefined
  /** New texts within the JSON text that stands here, by their place in it. */
  readonly json: Map<string, string>
}

/** Makes a node below which nothing changes. */
export function newNode(): PlaceNode {
  return {
    members: new Map(),
    elements: new Map(),
    text: undefined,
    encoded: undefined,
    isCleared: false,
    name: undefined,
    json: new Map(),
  }
}

/** Where a place leads: its node, and what stands behind the last member or element (`#name`, `#json…`). */
export interface PlaceEnd {
  readonly node: PlaceNode
  readonly suffix: string
}

const steps = /\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y

/** Finds the node of a place, making those on the way. Throws a `RangeError` for what is no place. */
export function nodeAt(root: PlaceNode, place: string): PlaceEnd {
  let node = root
  let at = 0
  while (at < place.length && place.charCodeAt(at) !== 0x23) {
    steps.lastIndex = at
    const [all, name, index, quoted] = steps.exec(place) ?? []
    if (all === undefined) throw new RangeError('A place is not written as places are.')
    at += all.length
    if (index === undefined) node = child(node.members, name ?? unquote(quoted))
    else node = child(node.elements, Number(index))
  }
  return { node, suffix: place.slice(at) }
}

function child<Key>(nodes: Map<Key, PlaceNode>, key: Key): PlaceNode {
  const known = nodes.get(key)
  if (known !== undefined) return known
  const node = newNode()
  nodes.set(key, node)
  return node
}

function unquote(quoted = '""'): string {
  const name: unknown = JSON.parse(quoted)
  return String(name)
}
