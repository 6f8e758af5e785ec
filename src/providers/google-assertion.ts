import type { ServiceAccount } from './google-auth-config.ts'

/** How long an assertion may be exchanged for a token, in seconds; Google takes no more. */
const lifetimeSeconds = 3600

/**
 * Signs what a service account says about itself to get a token (RFC 7523), with RS256.
 * https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
 */
export async function signAssertion(
  account: ServiceAccount,
  { scope, now }: { readonly scope: string; readonly now: number },
): Promise<string> {
  const issuedAt = Math.floor(now / 1000)
  const header = {
    alg: 'RS256',
    typ: 'JWT',
    ...(account.private_key_id === undefined ? {} : { kid: account.private_key_id }),
  }
  const claims = {
    iss: account.client_email,
    scope,
    aud: account.token_uri,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
  }
  const text = `${encoded(header)}.${encoded(claims)}`
  const key = await importKey(account.private_key)
  const signature = await crypto.subtle.sign(algorithm.name, key, Buffer.from(text))
  return `${text}.${Buffer.from(signature).toString('base64url')}`
}

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

function importKey(pem: string): Promise<CryptoKey> {
  const base64 = pem.replaceAll(/-----[A-Z ]+-----|\s/g, '')
  return crypto.subtle.importKey('pkcs8', Buffer.from(base64, 'base64'), algorithm, false, ['sign'])
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
