import type { Sighting } from '../../types.ts'
import { confidence } from '../contract.ts'
import type { TriggerDetector } from '../contract.ts'
import { codeAt, isAlnumCode, isLetterCode, opensHere } from '../surroundings.ts'

const longestUrl = 2048
const schemes = new Set(['http', 'https', 'ftp', 'sftp', 'ws', 'wss'])

/** Top levels by which a name without scheme is known; those that are also words of program text are left out. */
const topLevels = new Set(
  (
    'com org net edu gov mil info biz io ai eu uk de fr es nl ch se dk fi no ru cn jp br mx ca au nz za kr sg hk tw il tr gr pt cz ' +
    'hu ro ie ua bg hr sk si lt lv ee lu ar cl pe ng ke eg ae sa ir pk th vn ph tv online shop site store tech cloud'
  ).split(' '),
)
const fileExtensions = new Set(['py', 'rs', 'sh', 'md', 'ts', 'js', 'pl', 'cc'])

/** Address of a page or service on the web, or the name of a host under a well-known top level. */
export const url: TriggerDetector = {
  label: 'url',
  category: 'network',
  context: ['url', 'website', 'link', 'homepage', 'site', 'web', 'domain', 'domains', 'visit'],
  mayBeEmbedded: true,
  triggers: [':', '.'],
  at(text, index) {
    return text.charAt(index) === ':' ? withScheme(text, index) : bareName(text, index)
  },
}

function withScheme(text: string, colon: number): Sighting | undefined {
  if (!text.startsWith('//', colon + 1)) return undefined
  let start = colon
  while (start > 0 && colon - start < 6 && isLetterCode(codeAt(text, start - 1))) start--
  if (!schemes.has(text.slice(start, colon).toLowerCase())) return undefined
  let end = colon + 3
  while (end - start < longestUrl && isUrlCode(codeAt(text, end))) end++
  while (end > colon && /[.,;:!?'")\]}*_>]/.test(text.charAt(end - 1))) end--
  const host = /^[^/?#]*/.exec(text.slice(colon + 3, Math.min(end, colon + 3 + 320)))?.[0] ?? ''
  const name = host.slice(host.lastIndexOf('@') + 1).replace(/:\d+$/, '')
  if (!name.includes('.') && name !== 'localhost' && !name.startsWith('[')) return undefined
  return { start, end, score: 0.6 }
}

/** A name such as `www.example.org`, asked at each dot; only the last dot of a name answers. */
function bareName(text: string, dot: number): Sighting | undefined {
  if (!isAlnumCode(codeAt(text, dot - 1)) || !isLetterCode(codeAt(text, dot + 1))) return undefined
  let end = dot + 1
  while (end - dot < 16 && isLetterCode(codeAt(text, end))) end++
  const top = text.slice(dot + 1, end)
  if (
    !topLevels.has(top) ||
    isAlnumCode(codeAt(text, end)) ||
    /^[.@_(-]\w?/.test(text.slice(end, end + 2))
  ) {
    if (!/^[.][^\w]?$/.test(text.slice(end, end + 2)) || !topLevels.has(top)) return undefined
  }
  let start = dot
  while (start > 0 && dot - start < 253 && isNameCode(codeAt(text, start - 1))) start--
  while (start < dot && !isAlnumCode(codeAt(text, start))) start++
  if (!opensHere(text, start) || '@/:'.includes(text.charAt(start - 1) || ' ')) return undefined
  const labels = text.slice(start, dot).split('.')
  if (labels.some((label) => label === '') || (labels.length === 1 && (labels[0]?.length ?? 0) < 2))
    return undefined
  if (fileExtensions.has(top)) return undefined
  return {
    start,
    end,
    score: labels.length > 1 || text.startsWith('www.', start) ? 0.5 : confidence.likely + 0.05,
  }
}

function isNameCode(code: number): boolean {
  return isAlnumCode(code) || code === 45 || code === 46
}

/** Anything but space, quotes, angles and what ends a link in Markdown. */
function isUrlCode(code: number): boolean {
  return (
    code > 32 &&
    code !== 34 &&
    code !== 60 &&
    code !== 62 &&
    code !== 96 &&
    code !== 92 &&
    code !== 39
  )
}
