import type { Sighting } from '../../types.ts'
import type { TriggerDetector } from '../contract.ts'
import { codeAt, isAlnumCode } from '../surroundings.ts'

/** Longest local part and domain by RFC 5321. */
const longest = { local: 64, domain: 253 } as const

/** Signs of local parts that people have; the rest of what RFC 5322 allows belongs to URLs and code. */
const localCharacters = "._%+'-~"
const hostsOfCode = new Set(['github.com', 'gitlab.com', 'bitbucket.org', 'ssh.dev.azure.com'])
const at = /[[({<] ?(?:at|@|arroba|chez|klammeraffe) ?[\])}>] ?/iy
const hiddenDomain =
  /[a-z0-9-]{1,63}(?: ?(?:\.|[[({<] ?(?:dot|punkt|point|punto|\.) ?[\])}>]) ?[a-z0-9-]{1,63}){1,4}/iy
const spacedDomain =
  / ([a-z0-9-]{1,63}(?:\.| \. )(?:com|net|org|edu|de|fr|es|it|nl|co\.uk|ch|at|be|pl|eu))(?![a-z0-9])/iy

/** `moc.elpmaxe@ana`: an address written backwards begins with its top level. */
const reversedTop = /^(?:moc|gro|ten|ude|vog|ku|ed|rf|se|ti|ln|hc|ue|oi|ofni|etis|ppa)\./i

/** E-mail address, also written as `name [at] example [dot] com`. */
export const email: TriggerDetector = {
  label: 'email',
  category: 'contact',
  context: ['email', 'e mail', 'mail', 'mailto', 'contact', 'correo', 'courriel', 'indirizzo'],
  mayBeEmbedded: true,
  triggers: ['@', '(', '['],
  at(text, index) {
    if (text.charAt(index) !== '@') return hiddenAddress(text, index)
    if (text.charAt(index - 1) === ' ') return spacedAddress(text, index)
    return plainAddress(text, index)
  },
}

function plainAddress(text: string, index: number): Sighting | undefined {
  const start = localStart(text, index)
  if (start === index) return undefined
  let end = index + 1
  while (end - index <= longest.domain && isDomainCode(codeAt(text, end))) end++
  while (end > index + 1 && !isNameCode(codeAt(text, end - 1))) end--
  const domain = text.slice(index + 1, end)
  const dot = domain.lastIndexOf('.')
  if (dot < 0 && domain.length > 2 && reversedTop.test(text.slice(start, start + 6))) {
    return { start, end, score: 0.5 }
  }
  if (dot <= 0 || domain.includes('..')) return undefined
  const top = domain.slice(dot + 1)
  if (
    !/^(?:xn--[a-z0-9-]+|[a-z\u00a1-\uffff](?:[a-z\u00a1-\uffff-]*[a-z\u00a1-\uffff]))$/i.test(top)
  )
    return undefined
  // `git@github.com:team/project` names a repository, `ssh app@db.example` a login, not a person.
  const isRepository =
    hostsOfCode.has(domain.toLowerCase()) && /^[:/]/.test(text.slice(end, end + 1))
  const isLogin = /(?:\/\/|\b(?:ssh|scp|sftp|rsync)\b[^\n]{0,40})$/.test(
    text.slice(Math.max(0, start - 48), start),
  )
  return { start, end, score: isRepository || isLogin ? 0.25 : 0.9 }
}

function hiddenAddress(text: string, index: number): Sighting | undefined {
  at.lastIndex = index
  if (!at.test(text)) return undefined
  const afterAt = at.lastIndex
  const nameEnd = text.charAt(index - 1) === ' ' ? index - 1 : index
  const start = localStart(text, nameEnd)
  if (start === nameEnd) return undefined
  hiddenDomain.lastIndex = afterAt
  if (
    !hiddenDomain.test(text) ||
    !isLetters(text.slice(hiddenDomain.lastIndex - 2, hiddenDomain.lastIndex))
  ) {
    return undefined
  }
  return { start, end: hiddenDomain.lastIndex, score: 0.8 }
}

/** `name @ example.com`, with spaces around the sign. */
function spacedAddress(text: string, index: number): Sighting | undefined {
  const start = localStart(text, index - 1)
  spacedDomain.lastIndex = index + 1
  if (start === index - 1 || !spacedDomain.test(text)) return undefined
  return { start, end: spacedDomain.lastIndex, score: 0.55 }
}

/** Start of the local part that ends at `end`; `end` itself when there is none. */
function localStart(text: string, end: number): number {
  let start = end
  while (start > 0 && end - start < longest.local && isLocalCode(codeAt(text, start - 1))) start--
  while (start < end && !isNameCode(codeAt(text, start))) start++
  return text.charAt(end - 1) === '.' ? end : start
}

function isLocalCode(code: number): boolean {
  return isNameCode(code) || (code < 128 && localCharacters.includes(String.fromCharCode(code)))
}

function isDomainCode(code: number): boolean {
  return isNameCode(code) || code === 45 || code === 46
}

/** Letters, digits and letters beyond ASCII. */
function isNameCode(code: number): boolean {
  return isAlnumCode(code) || (code > 0xa1 && (code < 0x2000 || code > 0x2fff))
}

function isLetters(text: string): boolean {
  return /^[a-z]{2}$/i.test(text)
}
