import type { Provider } from './provider.ts'

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
  await response.bytes()
  return response.status < 500
}

function isOwnOrigin(provider: Provider, url: string): boolean {
  const own = provider.url({ operation: 'chat', model: 'm', path: '' })
  return own !== undefined && URL.canParse(own) && new URL(own).origin === new URL(url).origin
}
