import {
  constants,
  createHash,
  createPrivateKey,
  randomUUID,
  sign,
  X509Certificate,
} from 'node:crypto'

/** How long an assertion may be exchanged for a token, in seconds. */
const lifetimeSeconds = 600

/** What an assertion says. */
export interface AssertionClaims {
  readonly clientId: string
  /** Address of the token endpoint, for which alone it is made. */
  readonly audience: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * Signs what an application says about itself with the key of its certificate, with PS256.
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 * @param pem a certificate and its private key
 */
export function signClientAssertion(
  pem: string,
  { clientId, audience, now }: AssertionClaims,
): string {
  const { certificate, key } = readCredential(pem)
  const issuedAt = Math.floor(now / 1000)
  const header = {
    alg: 'PS256',
    typ: 'JWT',
    'x5t#S256': createHash('sha256').update(certificate.raw).digest('base64url'),
  }
  const claims = {
    aud: audience,
    iss: clientId,
    sub: clientId,
    jti: randomUUID(),
    nbf: issuedAt,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
  }
  const text = `${encoded(header)}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(text), {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 32,
  })
  return `${text}.${signature.toString('base64url')}`
}

/** Reads a certificate and its key; throws when one of them is missing or they do not belong together. */
export function readCredential(pem: string) {
  const certificatePem = blockOf(pem, 'CERTIFICATE')
  const keyPem = blockOf(pem, '(?:RSA )?PRIVATE KEY')
  if (certificatePem === undefined || keyPem === undefined) {
    throw new Error('The file has to hold a certificate and its private key, both in PEM.')
  }
  const certificate = new X509Certificate(certificatePem)
  const key = createPrivateKey(keyPem)
  if (key.asymmetricKeyType !== 'rsa' || !certificate.checkPrivateKey(key)) {
    throw new Error('The private key has to be the RSA key of the certificate.')
  }
  return { certificate, key }
}

function blockOf(pem: string, label: string): string | undefined {
  return new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(pem)?.[0]
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
