import type { Provider, ProviderResponse } from './provider.ts'

/**
 * Asks an address of a provider whether it is well: any answer that is no server error says so, since
 * a refused method or key comes from a server that runs. Credentials go only to where calls go.
 */
export async function isProviderHealthy(
  provider: Provider,
  url: string,
  signal: AbortSignal,
): Promise<boolean> {
  const response = await provider.fetch(url, {
    method: 'GET',
    headers: { accept: '*/*', ...(isOwnOrigin(provider, url) ? provider.headers : {}) },
    signal,
    redirect: 'manual',
    timeout: false,
  })
  await readSome(response)
  return response.status < 500
}

/** Longest body that is read to its end, so that the connection can be used again. */
const maxBodyBytes = 65_536

/** Reads a body as far as it is short: what it says does not matter, and it may never end. */
async function readSome({ body }: ProviderResponse): Promise<void> {
  if (body === null) return
  const reader = body.getReader()
  for (let length = 0; length <= maxBodyBytes;) {
    const { done, value } = await reader.read()
    if (done) return
    length += value.byteLength
  }
  await reader.cancel()
}

function isOwnOrigin(provider: Provider, url: string): boolean {
  const own = provider.url({ operation: 'chat', model: 'm', path: '' })
  return own !== undefined && URL.canParse(own) && new URL(own).origin === new URL(url).origin
}
