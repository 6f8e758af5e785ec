import { decodeUtf8 } from '../../core/text.ts'

const urlHead = /^data:[\w.+/-]*(?:;[\w=.-]+)*;base64,/i
const textTypes =
  /^(?:data:)?(?:text\/|application\/(?:json|xml|x-ndjson|yaml|x-yaml|javascript|sql|csv|[\w.-]+\+(?:json|xml))(?![\w+.-]))/i
const base64 = /^[\w+/=\r\n-]+$/

/** Returns the beginning of a data URL in base 64, up to its data; `''` for what is none. */
export function dataUrlHead(value: string): string {
  return value.startsWith('data:') ? (urlHead.exec(value.slice(0, 256))?.[0] ?? '') : ''
}

/** Tells whether a data URL that begins like this holds text. */
export function isTextHead(head: string): boolean {
  return head !== '' && textTypes.test(head)
}

/** Tells whether a media type is one of text. */
export function isTextType(type: unknown): boolean {
  return typeof type === 'string' && textTypes.test(type)
}

/** Decodes text in base 64; `undefined` for what is none. */
export function fromBase64(data: string): string | undefined {
  if (!base64.test(data)) return undefined
  const text = decodeUtf8(Buffer.from(data, 'base64'))
  return text === '' ? undefined : text
}

/** Encodes text in base 64. */
export function toBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}
