import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate for `localhost` and `127.0.0.1` that signs itself, as files and as text. */
export interface TestCertificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
}

/** Makes a certificate with the system's `openssl`; throws where there is none. */
export function makeCertificate(kind: 'ec' | 'rsa' = 'ec'): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'smartflow-tls-'))
  const certFile = join(folder, 'cert.pem')
  const keyFile = join(folder, 'key.pem')
  const algorithm = kind === 'ec' ? 'ec -pkeyopt ec_paramgen_curve:prime256v1' : 'rsa:2048'
  const request = `req -x509 -newkey ${algorithm} -nodes -days 2`
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const files = ['-keyout', keyFile, '-out', certFile]
  const made = Bun.spawnSync(['openssl', ...request.split(' '), ...subject, ...files])
  if (made.exitCode !== 0) throw new Error(made.stderr.toString())
  return {
    certFile,
    keyFile,
    cert: readFileSync(certFile, 'utf8'),
    key: readFileSync(keyFile, 'utf8'),
  }
}
