import type { Scope } from '../shape.ts'
import { attachmentOf } from '../attachments.ts'
import { dataUrlHead } from '../encoded.ts'
import { kindOfMediaType } from '../file-types.ts'
import { isPlainName } from '../leaf.ts'
import { documentText } from '../shapes/common.ts'
import { isSentText } from '../strings.ts'
import { readWithin } from './body-texts.ts'
import type { TextCollection } from './collection.ts'
import { lookAt, mayHoldText } from './files.ts'
import { parseForm } from './form.ts'
import type { FormPart } from './form.ts'
import type { FormHead, HeadValue } from './form-head.ts'
import { openText } from './readable.ts'
import type { ReadableText } from './readable.ts'

/** A form whose texts were read. */
export interface ReadForm {
  /** Why a part that may hold texts could not be read; `undefined` where there is none. */
  readonly unread: string | undefined
  /** Writes the form anew; all bytes of what does not change stay. */
  rewrite(changes: ReadonlyMap<string, string>): Uint8Array
}

/** A part that can be written anew. */
interface OpenPart {
  readonly part: FormPart
  readonly content?: ReadableText | undefined
  readonly encode?: (text: string) => Uint8Array
}

const asked: Scope = { role: 'user', kind: 'text' }

/** Reads a form. Throws `invalid_request` where two readers could read it differently. */
export function readForm(
  body: Uint8Array,
  contentType: string,
  collection: TextCollection,
): ReadForm {
  const faults: string[] = []
  const note = (fault: string | undefined): void => {
    if (fault !== undefined) faults.push(fault)
  }
  const parts = parseForm(body, contentType).map((part, number): OpenPart => {
    const { head, start, end } = part
    const place = `form[${number}]`
    note(readWithin(() => readValues(head, { collection, place: `${place}.` })))
    const { filename = '', mediaType } = head
    const isFile = head.filename !== undefined
    const looked = lookAt(body.subarray(start, end), { mediaType, name: filename, isFile })
    if (looked.type === 'binary') {
      collection.addAttachment(attachmentOf(looked.kind))
      if (mayHoldText(looked)) note(looked.reason)
      return { part }
    }
    const { text, encode } = looked.decoded
    const content = openPart(text, head, collection)
    note(readWithin(() => content?.read(collection, `${place}#`)))
    return { part, content, encode }
  })
  collection.hasRepeatedMembers ||= hasRepeatedField(parts)
  return { unread: faults[0], rewrite: (changes) => rewriteForm(body, parts, changes) }
}

/** Reads what somebody may have written into the head of a part. */
function readValues(
  head: FormHead,
  { collection, place }: { readonly collection: TextCollection; readonly place: string },
): void {
  const scope = head.filename === undefined ? asked : { ...documentText, source: head.filename }
  for (const value of head.values) {
    if (isWritten(value)) collection.addText(value.text, { place: place + value.place, scope })
  }
}

function isWritten({ place, text }: HeadValue): boolean {
  if (place === 'name')
    return text.length > 128 || !isPlainName(text.replace(/(?:\[[\w-]*\])+$/, ''))
  return place.startsWith('filename') ? text !== '' : isSentText(text, 'word')
}

/** Opens the text of a part; `undefined` for words of the protocol and data in an address. */
function openPart(
  text: string,
  { name, filename, mediaType }: FormHead,
  collection: TextCollection,
): ReadableText | undefined {
  if (filename !== undefined) {
    collection.addAttachment(attachmentOf('text'))
    return openText(text, { ...documentText, source: filename })
  }
  const head = dataUrlHead(text)
  if (head !== '') {
    const kind = kindOfMediaType(head.slice('data:'.length)) ?? kindOfMediaType(mediaType)
    if (kind !== 'text') collection.addAttachment(attachmentOf(kind))
  }
  const rule = protocolFields.has(name) ? 'word' : head === '' ? 'text' : 'url'
  return isSentText(text, rule) || isEncodedText(head) ? fieldText(text) : undefined
}

function isEncodedText(head: string): boolean {
  return head !== '' && kindOfMediaType(head.slice('data:'.length)) === 'text'
}

/** The value of a plain field. */
function fieldText(text: string): ReadableText {
  return {
    read: (collection, prefix) =>
      collection.addText(text, { place: `${prefix}text`, scope: asked }),
    rewrite: (changes) => changes.get('text') ?? text,
  }
}

/** Fields of OpenAI's forms that hold words of the protocol. */
const protocolFields: ReadonlySet<string> = new Set(
  (
    'model purpose response_format language temperature stream include[] timestamp_granularities[] ' +
    'chunking_strategy n size quality background style output_format output_compression ' +
    'input_fidelity partial_images moderation expires_after[anchor] expires_after[seconds]'
  ).split(' '),
)

/** Of a field that is given twice two readers may take different ones; those of lists are meant to be. */
function hasRepeatedField(parts: readonly OpenPart[]): boolean {
  const names = parts
    .map(({ part: { head } }) => head)
    .filter(({ name, filename }) => filename === undefined && !name.endsWith('[]'))
    .map(({ name }) => name)
  return new Set(names).size < names.length
}

function rewriteForm(
  body: Uint8Array,
  parts: readonly OpenPart[],
  changes: ReadonlyMap<string, string>,
): Uint8Array {
  const byPart = changesByPart(changes)
  const pieces: Uint8Array[] = []
  let from = 0
  parts.forEach(({ part, content, encode }, number) => {
    const own = byPart.get(number)
    if (own === undefined) return
    if (own.head.size > 0) {
      pieces.push(
        body.subarray(from, part.headStart),
        Buffer.from(rewriteHead(part.head, own.head)),
      )
      from = part.headEnd
    }
    if (own.content.size > 0 && content !== undefined && encode !== undefined) {
      pieces.push(body.subarray(from, part.start), encode(content.rewrite(own.content)))
      from = part.end
    }
  })
  return Buffer.concat([...pieces, body.subarray(from)])
}

interface PartChanges {
  readonly head: Map<string, string>
  readonly content: Map<string, string>
}

const placePattern = /^form\[(\d+)\]([.#])([^]*)$/

function changesByPart(changes: ReadonlyMap<string, string>): ReadonlyMap<number, PartChanges> {
  const sorted = new Map<number, PartChanges>()
  for (const [place, text] of changes) {
    const [, digits, sign, rest = ''] = placePattern.exec(place) ?? []
    if (digits === undefined) continue
    const number = Number(digits)
    const own = sorted.get(number) ?? { head: new Map(), content: new Map() }
    sorted.set(number, own)
    const side = sign === '.' ? own.head : own.content
    side.set(rest, text)
  }
  return sorted
}

function rewriteHead({ text, values }: FormHead, changes: ReadonlyMap<string, string>): string {
  let written = ''
  let from = 0
  for (const { place, start, end, write } of values) {
    const words = changes.get(place)
    if (words === undefined) continue
    written += text.slice(from, start) + write(words)
    from = end
  }
  return written + text.slice(from)
}
