import { Refusal } from './refusal.ts'

/** Paths of probes, which tell one word and are asked by whatever name. */
const openPaths: ReadonlySet<string> = new Set(['/health', '/ready'])
/** An IPv4 address, or an IPv6 address in brackets, as a host has them. */
const addressPattern = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/

/**
 * Refuses what a foreign web page makes the browser of somebody near the gateway ask. A page whose name was
 * made to lead here (DNS rebinding) asks by that name: only addresses, `localhost` and configured names are
 * served. Changes that come from another page are refused whatever they bring along.
 * Throws a `Refusal`: 403, 421.
 */
export function refuseForeign(
  { headers, method }: Pick<Request, 'headers' | 'method'>,
  path: string,
  names: readonly string[],
): void {
  const host = headers.get('host')
  if (host !== null && !openPaths.has(path) && !isOwnHost(host, names)) {
    throw new Refusal(
      { status: 421, code: 'unknown_host' },
      'This listener is not asked by this name: use its address, or add the name to server.admin.hosts.',
    )
  }
  if (method === 'GET' || method === 'HEAD') return
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site') ?? 'none'
  const isOwnOrigin = origin === null || hostOf(origin) === host?.toLowerCase()
  if (isOwnOrigin && (site === 'none' || site === 'same-origin')) return
  throw new Refusal(
    { status: 403, code: 'foreign_origin' },
    'Changes are not taken from pages of other origins.',
  )
}

function isOwnHost(host: string, names: readonly string[]): boolean {
  const name = host
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
  return (
    addressPattern.test(name) ||
    name === 'localhost' ||
    names.some((each) => each === '*' || each.toLowerCase() === name)
  )
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
