import type { TriggerDetector } from '../contract.ts'
import { confidence } from '../contract.ts'
import { codeAt, isAlnumCode } from '../surroundings.ts'

const longest = { scheme: 24, authority: 320 } as const
const samplePasswords = new Set(['password', 'pass', 'secret', 'pwd', 'xxx', 'xxxx', '***', '****'])

/** User name and password in front of the host of a URL, of any scheme. */
export const urlCredentials: TriggerDetector = {
  label: 'url-credentials',
  category: 'secret',
  context: ['password', 'connection string', 'dsn', 'database url', 'credentials'],
  mayBeEmbedded: true,
  triggers: [':'],
  at(text, colon) {
    if (!text.startsWith('//', colon + 1)) return undefined
    let start = colon
    while (start > 0 && colon - start < longest.scheme && isSchemeCode(codeAt(text, start - 1)))
      start--
    if (start === colon) return undefined
    const authority =
      /^[^\s/?#"'<>]{1,320}/.exec(text.slice(colon + 3, colon + 3 + longest.authority))?.[0] ?? ''
    const at = authority.lastIndexOf('@')
    const split = authority.indexOf(':')
    if (at < 1 || split < 0 || split > at - 2) return undefined
    const password = authority.slice(split + 1, at)
    // A place-holder such as ${PASSWORD}, <password> or {{secret}} gives nothing away.
    if (/^(?:\$|<|\{|%\(|\[)/.test(password)) return undefined
    const isSample = samplePasswords.has(password.toLowerCase())
    return { start, end: colon + 3 + at, score: isSample ? 0.4 : confidence.certain }
  },
}

function isSchemeCode(code: number): boolean {
  return isAlnumCode(code) || code === 43 || code === 45 || code === 46
}
