import { dataUrlHead, fromBase64, isTextHead } from './encoded.ts'
import type { StringRule } from './shape.ts'

/** Unknown strings that are shorter say nothing. */
const shortest = 4
const wordPattern = /^[\w.:/+=-]{1,64}$/
const opaquePattern = /^[\w+/=.:|~\r\n-]*$/

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
