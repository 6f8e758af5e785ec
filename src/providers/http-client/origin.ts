/** Where a URL leads, and what a request to it says first. */
export interface Origin {
  /** Scheme, host and port: connections are shared within one. */
  readonly key: string
  readonly hostname: string
  readonly port: number
  readonly isSecure: boolean
  /** Path and query of the request line. */
  readonly target: string
  /** Value of the `host` header. */
  readonly host: string
}

const maxKnown = 1024

/** Makes a function that takes URLs apart and remembers the ones it has seen lately. */
export function createOriginReader(): (url: string) => Origin {
  const known = new Map<string, Origin>()
  return (url) => {
    const seen = known.get(url)
    if (seen !== undefined) return seen
    if (known.size >= maxKnown) known.clear()
    const origin = readOrigin(new URL(url))
    known.set(url, origin)
    return origin
  }
}

function readOrigin(url: URL): Origin {
  const isSecure = url.protocol === 'https:'
  if (!isSecure && url.protocol !== 'http:') throw new Error('Only http and https can be asked.')
  return {
    key: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    isSecure,
    target: url.pathname + url.search,
    host: url.host,
  }
}
