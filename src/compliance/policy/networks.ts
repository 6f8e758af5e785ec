/** A network: the bits of its addresses that are fixed. IPv4 lies within IPv6 as `::ffff:0:0/96`. */
export interface Network {
  /** The address as eight numbers of 16 bits. */
  readonly address: readonly number[]
  /** How many leading bits of 128 count. */
  readonly prefix: number
}

const v4Prefix = 96

/** Tells whether a text is an address or a network such as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

/** Reads an address or a network in CIDR notation; `undefined` for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [host = '', length, ...rest] = text.split('/')
  const address = parseAddress(host)
  if (address === undefined || rest.length > 0) return undefined
  if (length === undefined) return { address, prefix: 128 }
  const isV4 = !host.includes(':')
  if (!/^\d{1,3}$/.test(length) || Number(length) > (isV4 ? 32 : 128)) return undefined
  return { address, prefix: Number(length) + (isV4 ? v4Prefix : 0) }
}

/** Reads an IPv4 or IPv6 address as eight numbers of 16 bits; `undefined` for anything else. */
export function parseAddress(text: string): readonly number[] | undefined {
  if (text.length > 64) return undefined
  const [host = ''] = text.split('%')
  if (!host.includes(':')) {
    const pair = parseV4(host)
    return pair === undefined ? undefined : [0, 0, 0, 0, 0, 0xffff, ...pair]
  }
  const halves = host.split('::')
  if (halves.length > 2) return undefined
  const front = parseGroups(halves[0] ?? '', halves.length === 1)
  const back = parseGroups(halves[1] ?? '', true)
  if (front === undefined || back === undefined) return undefined
  const missing = 8 - front.length - back.length
  if (halves.length === 1) return missing === 0 ? front : undefined
  return missing < 1 ? undefined : [...front, ...Array<number>(missing).fill(0), ...back]
}

/** Tells whether an address lies within a network. */
export function isWithin(address: readonly number[], network: Network): boolean {
  let left = network.prefix
  for (let at = 0; left > 0; at++, left -= 16) {
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff
    if ((((address[at] ?? 0) ^ (network.address[at] ?? 0)) & mask) !== 0) return false
  }
  return true
}

/** Reads `a:b:c`, at the end of an address the last two groups perhaps as IPv4; none for an empty text. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [index, part] of parts.entries()) {
    const isLast = isEnd && index === parts.length - 1
    if (isLast && part.includes('.')) {
      const pair = parseV4(part)
      if (pair === undefined) return undefined
      groups.push(...pair)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

function parseV4(text: string): [number, number] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const octets = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256))
  if (octets.some((octet) => octet > 255)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = octets
  return [(a << 8) | b, (c << 8) | d]
}
