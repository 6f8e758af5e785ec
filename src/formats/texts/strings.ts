import { dataUrlHead, fromBase64, isTextHead } from './encoded.ts'
import { decodeText } from './bodies/decode.ts'
import type { StringRule } from './shape.ts'

/** Unknown strings that are shorter say nothing. */
const shortest = 4
const wordPattern = /^[\w.:/+=-]{1,64}$/
const opaquePattern = /^[\w+/=.:|~\r\n-]*$/

/**
 * Tells whether a string of a request is one that somebody wrote. Callers fill every member as they like: where
 * the protocol has words and data, what looks like a number of somebody or a key counts as well.
 */
export function isSentText(value: string, rule: StringRule): boolean {
  if (isText(value, rule)) return true
  if (rule === 'word') return value !== '' && (hasLongNumber(value) || isLikeKey(value))
  return (rule === 'opaque' || rule === 'url') && value !== '' && hasNumberInData(value)
}

/** Least data that may hide a text, and how much of it shows whether it does; in signs of base 64. */
const leastHidden = 16
const shownHidden = 4096

/**
 * Returns the text that data of a request turns out to be, whatever it is called: a caller may say that a letter is
 * a picture. Pictures, sound and signatures show at once that they are none.
 */
export function hiddenText(value: string, rule: StringRule): string | undefined {
  if (rule !== 'opaque' && rule !== 'url') return undefined
  const head = dataUrlHead(value)
  if (value.length - head.length < leastHidden || (rule === 'url' && head === '')) return undefined
  const data = value.slice(head.length)
  const start = Buffer.from(data.slice(0, shownHidden), 'base64').toString()
  // Where it was cut a sign may be in two parts.
  const shown = data.length > shownHidden ? start.replace(/\ufffd$/, '') : start
  return binarySign.test(shown) ? undefined : fromBase64(data)
}

/**
 * Returns the text that lenient readers find in base 64: with signs in it that are none of base 64, in UTF-16, or in
 * Windows-1252 where it is said to be a text. The value as it stands has to be looked through as well.
 */
export function looseText(value: string, rule: StringRule): string | undefined {
  const head = dataUrlHead(value)
  const isText = rule === 'encoded' || (rule === 'opaque' && isTextHead(head))
  if (!isText && rule !== 'opaque' && (rule !== 'url' || head === '')) return undefined
  const data = value.slice(head.length)
  const isStrict = opaquePattern.test(data)
  if (data.length < leastHidden || (!isText && isStrict && !utf16Marks.test(data))) return undefined
  const bytes = Buffer.from(data.replaceAll(/[^\w+/-]+/g, ''), 'base64')
  const text = decodeText(bytes, isText)?.text
  return text === undefined || text === '' || text === value ? undefined : text
}

/** Marks of the byte order of UTF-16, in base 64. */
const utf16Marks = /^\/(?:\/[4-7]|v[89+/])/

const binarySign = /[^\P{Cc}\t\n\f\r]|\ufffd/u

const longNumber = /\d(?:[-._:/|=+]?\d){8}/
const longestNumber = /\d{13}/
const uuid = /^[\w:-]*?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i

function hasLongNumber(value: string): boolean {
  return longNumber.test(value) && !uuid.test(value)
}

/** Most signs of an identifier: what is longer is data, in which short numbers stand by chance. */
const longestId = 256

function hasNumberInData(value: string): boolean {
  const data = value.slice(dataUrlHead(value).length)
  return data.length <= longestId ? hasLongNumber(data) : longestNumber.test(data)
}

/** Tells whether a word is as long and mixed as keys are; paths of endpoints are no keys. */
function isLikeKey(value: string): boolean {
  return value.length >= 20 && /\d/.test(value) && /^[^/].*[A-Za-z]/.test(value)
}

/** Tells whether a string is one that somebody wrote. */
export function isText(value: string, rule: StringRule): boolean {
  switch (rule) {
    case 'text':
    case 'json':
      return value !== ''
    case 'unknown':
      return value.length >= shortest
    case 'word':
      return value !== '' && !wordPattern.test(value)
    case 'url': {
      const head = dataUrlHead(value)
      const isData = head !== '' && !isTextHead(head)
      return value !== '' && !(isData && opaquePattern.test(value.slice(head.length)))
    }
    case 'opaque': {
      const head = dataUrlHead(value)
      return isTextHead(head) || !opaquePattern.test(value.slice(head.length))
    }
    case 'encoded':
      return value !== ''
    default:
      return rule satisfies never
  }
}

/** Returns the text that a string holds in base 64, where it is known to hold one. */
export function encodedText(value: string, rule: StringRule): string | undefined {
  if (rule !== 'encoded' && rule !== 'opaque' && rule !== 'url') return undefined
  const head = dataUrlHead(value)
  return rule === 'encoded' || isTextHead(head) ? fromBase64(value.slice(head.length)) : undefined
}
