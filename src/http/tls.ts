import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The files with which a listener proves who it is. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** A certificate chain and its key, which fit. */
export interface TlsMaterial {
  readonly cert: string
  readonly key: string
  /** SHA-256 of the certificate, as tools show it. */
  readonly fingerprint: string
  readonly validTo: string
}

/** Reads a certificate chain and its key. Throws with the file that is wrong; never with what it holds. */
export function readTls({ certFile, keyFile }: TlsFiles): TlsMaterial {
  const cert = readPem(certFile, 'certificate')
  const key = readPem(keyFile, 'private key')
  const certificate = parse(certFile, 'certificate', () => new X509Certificate(cert))
  const privateKey = parse(keyFile, 'private key', () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`The private key in ${keyFile} is not that of the certificate in ${certFile}.`)
  }
  const { fingerprint256: fingerprint, validTo } = certificate
  return { cert, key, fingerprint, validTo }
}

function readPem(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new Error(`The ${what} file ${path} cannot be read (${reason}).`, { cause: error })
  }
}

function parse<T>(path: string, what: string, read: () => T): T {
  try {
    return read()
  } catch {
    // The words of the parser could repeat what stands in the file.
    throw new Error(`The file ${path} holds no ${what} in PEM form.`)
  }
}
