import type { Sighting } from '../../types.ts'
import { confidence } from '../contract.ts'
import type { TriggerDetector } from '../contract.ts'
import { codeAt, isAlnumCode, isDigitCode, opensHere } from '../surroundings.ts'

const context = [
  'ip',
  'ip address',
  'ipv4',
  'ipv6',
  'host',
  'server',
  'client',
  'remote',
  'source',
  'address',
  'subnet',
  'ipaddress',
]
const versionFour =
  /(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}(?![\d]|\.\d|[a-z_])/iy
const versionWords =
  /(?:version|release|section|chapter|clause|oid|figure|table|firmware)[ :.=]{0,2}$/i

/** Address of the internet, version 4 or 6, with its prefix length or zone. */
export const ipAddress: TriggerDetector = {
  label: 'ip-address',
  category: 'network',
  context,
  mayBeEmbedded: true,
  triggers: ['number', ':'],
  at(text, index) {
    return text.charAt(index) === ':' ? versionSixAt(text, index) : versionFourAt(text, index)
  },
}

function versionFourAt(text: string, start: number): Sighting | undefined {
  let dot = 1
  while (dot < 3 && isDigitCode(codeAt(text, start + dot))) dot++
  if (codeAt(text, start + dot) !== 46) return undefined
  if (!isDigitCode(codeAt(text, start + dot + 1))) return undefined
  if (text.charAt(start - 1) === '.' && isAlnumCode(codeAt(text, start - 2))) return undefined
  // Part of an address of version 6, which is found as a whole.
  if (text.charAt(start - 1) === ':' && isVersionSixBefore(text, start)) return undefined
  versionFour.lastIndex = start
  if (!versionFour.test(text)) return undefined
  const end = versionFour.lastIndex
  const isVersion =
    versionWords.test(text.slice(Math.max(0, start - 12), start)) ||
    text
      .slice(start, end)
      .split('.')
      .every((octet) => octet.length === 1)
  return { start, end: withPrefixLength(text, end, 32), score: isVersion ? 0.35 : 0.6 }
}

function isVersionSixBefore(text: string, start: number): boolean {
  let at = start
  while (at > 0 && start - at < 40 && isVersionSixCode(codeAt(text, at - 1))) at--
  return opensHere(text, at) && text.slice(at, start).split(':').length > 2
}

function versionSixAt(text: string, colon: number): Sighting | undefined {
  let start = colon
  while (start > 0 && colon - start <= 5 && isHexCode(codeAt(text, start - 1))) start--
  // Only the first colon of an address is asked.
  if (colon - start > 4 || !opensHere(text, start) || text.charAt(start - 1) === ':')
    return undefined
  let end = colon + 1
  while (end - start <= 45 && isVersionSixCode(codeAt(text, end))) end++
  if (end - start > 45) return undefined
  while (end > start && (text.charAt(end - 1) === '.' || /[^:]:$/.test(text.slice(start, end))))
    end--
  if (isAlnumCode(codeAt(text, end)) || text.charAt(end) === ':') return undefined
  const address = text.slice(start, end)
  const base = rateVersionSix(address, text.charAt(start - 1))
  if (base === 0) return undefined
  const zone = /^%[a-z0-9]{1,15}/i.exec(text.slice(end, end + 16))?.[0].length ?? 0
  return { start, end: withPrefixLength(text, end + zone, 128), score: base }
}

function rateVersionSix(address: string, before: string): number {
  const halves = address.split('::')
  if (halves.length > 2) return 0
  const tail = /(?:^|:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(address)?.[1]
  if (
    address.includes('.') &&
    (tail === undefined || tail.split('.').some((octet) => Number(octet) > 255))
  )
    return 0
  const groups = address
    .replace(tail ?? '\0', '0:0')
    .split(':')
    .filter((group) => group !== '')
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return 0
  if (halves.length === 1) return groups.length === 8 ? 0.65 : 0
  if (groups.length > 7) return 0
  if (address === '::') return confidence.loose
  // Slices of program text such as [1::2], and names such as face::add.
  const digits = address.replaceAll(/[^0-9a-f]/gi, '').length
  if (before === '[' && groups.length < 3 && digits < 5) return confidence.loose
  if (!/\d/.test(address)) return groups.length < 3 ? confidence.loose : confidence.format
  return groups.length >= 3 || address === '::1' || digits >= 5 ? 0.6 : confidence.format
}

/** Includes a prefix length that is possible, such as `/24`. */
function withPrefixLength(text: string, end: number, longest: number): number {
  const found = /^\/(\d{1,3})(?![\d.])/.exec(text.slice(end, end + 6))
  return found !== null && Number(found[1]) <= longest ? end + found[0].length : end
}

function isHexCode(code: number): boolean {
  return isDigitCode(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)
}

function isVersionSixCode(code: number): boolean {
  return isHexCode(code) || code === 58 || code === 46
}
