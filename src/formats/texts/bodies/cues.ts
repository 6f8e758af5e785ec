import type { Scope } from '../shape.ts'
import type { ReadableText } from './readable.ts'

const timing =
  /^(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{3}[ \t]+-->[ \t]+(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{3}(?:[ \t]+(?:align|line|position|region|size|vertical):[\w.,%-]+)*[ \t]*$/
const counter = /^\d{1,9}[ \t]*$/
/** Most lines that are read one by one. */
const maxLines = 65_536
const lineEnd = /\r\n|\r|\n/

/**
 * Reads subtitles, SubRip or WebVTT, line by line: what is said goes on behind the times. `undefined` for a
 * text that has no times near its beginning. https://www.w3.org/TR/webvtt1/#file-structure
 */
export function cueTexts(text: string, scope: Scope): ReadableText | undefined {
  if (!text.slice(0, 1024).includes('-->') && !text.startsWith('WEBVTT')) return undefined
  const lines = text.split(lineEnd, maxLines + 1)
  if (lines.length > maxLines) return undefined
  const isSaid = (words: string, number: number): boolean =>
    words.trim() !== '' &&
    !timing.test(words) &&
    !(number === 0 && words.trim() === 'WEBVTT') &&
    !(counter.test(words) && timing.test(lines[number + 1] ?? ''))
  return {
    read(collection, prefix) {
      const content = { separator: '\n' }
      lines.forEach((words, number) => {
        const place = `${prefix}line[${number}]#`
        if (isSaid(words, number)) collection.addText(words, { place, scope, content })
      })
    },
    rewrite(changes) {
      const ends = [...text.matchAll(new RegExp(lineEnd, 'g'))].map(([end]) => end)
      return lines
        .map((words, number) => (changes.get(`line[${number}]#`) ?? words) + (ends[number] ?? ''))
        .join('')
    },
  }
}
