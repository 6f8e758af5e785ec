import { digitLookalikeOf, isLookalike, lookalikeOf } from './confusables.ts'
import type { Replacement } from './mapped-text.ts'

const longestWord = 512

/**
 * Letters of other scripts put in the place of letters or digits of ASCII. Only words that mix scripts, and
 * runs that are mostly digits, are touched: honest Cyrillic or Greek stays as it is.
 */
export function undoHomoglyphs(text: string): Replacement[] {
  const replacements: Replacement[] = []
  let i = 0
  while (i < text.length) {
    if (text.charCodeAt(i) < 128 || !isLookalike(text.charCodeAt(i))) {
      i++
      continue
    }
    const start = wordStart(text, i)
    const end = wordEnd(text, i)
    replaceIn(text, start, end, replacements)
    i = end
  }
  return replacements
}

function replaceIn(text: string, start: number, end: number, replacements: Replacement[]): void {
  let letters = 0
  let digits = 0
  let foreign = 0
  let alike = 0
  let alikeDigits = 0
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code >= 48 && code <= 57) digits++
    else if (isAsciiLetter(code)) letters++
    else if (code >= 128) {
      foreign++
      if (lookalikeOf(code) !== undefined) alike++
      if (digitLookalikeOf(code) !== undefined) alikeDigits++
    }
  }
  const isNumber =
    letters === 0 &&
    alikeDigits === foreign &&
    digits >= foreign &&
    (digits >= 2 || isBetweenDigits(text, start, end))
  // A code such as А123ВС, all of whose letters exist in ASCII.
  const isCode = letters === 0 && digits >= 3 && alike === foreign
  if (!isNumber && !isCode && letters === 0) return
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code < 128) continue
    const plain = isNumber ? digitLookalikeOf(code) : lookalikeOf(code)
    if (plain === undefined) continue
    replacements.push({ from: i, to: i + 1, text: String.fromCharCode(plain) })
  }
}

/** Tells whether a word is one of several groups of digits. */
function isBetweenDigits(text: string, start: number, end: number): boolean {
  const isDigit = (index: number): boolean => /\d/.test(text.charAt(index))
  const isSign = (index: number): boolean => /[-. ]/.test(text.charAt(index))
  return (isSign(start - 1) && isDigit(start - 2)) || (isSign(end) && isDigit(end + 1))
}

function wordStart(text: string, index: number): number {
  let at = index
  while (at > 0 && index - at < longestWord && isWordCode(text.charCodeAt(at - 1))) at--
  return at
}

function wordEnd(text: string, index: number): number {
  let at = index + 1
  while (at < text.length && at - index < longestWord && isWordCode(text.charCodeAt(at))) at++
  return at
}

/** Letters, digits, and the signs that join the parts of an address. */
function isWordCode(code: number): boolean {
  if (code >= 128) return code < 0x2000 || (code > 0x2c00 && code < 0xd800)
  return isAsciiLetter(code) || (code >= 48 && code <= 57) || code === 64
}

function isAsciiLetter(code: number): boolean {
  return (code | 32) >= 97 && (code | 32) <= 122
}
