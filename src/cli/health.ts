import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArguments, UsageError } from './io.ts'
import type { CliIo } from './io.ts'

const timeoutMs = 5000

/**
 * `smartflow health [--url URL] [--ca FILE] [--server-name NAME]`: exit code 0 when the gateway is ready; for
 * container health checks. Over TLS the certificate is checked against the public authorities, or against
 * the file alone, for the host of the URL or the given name.
 */
export async function runHealthCommand(args: readonly string[], io: CliIo): Promise<number> {
  const { options } = parseArguments(args, ['url', 'ca', 'server-name'])
  const caFile = options.get('ca')
  const usualUrl = `${caFile === undefined ? 'http' : 'https'}://127.0.0.1:7775`
  const url = new URL('/ready', options.get('url') ?? usualUrl)
  const ca = caFile === undefined ? undefined : readAuthority(resolve(io.cwd, caFile))
  const serverName = options.get('server-name')
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      proxy: false,
      tls: {
        // Said explicitly, or NODE_TLS_REJECT_UNAUTHORIZED would decide.
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { serverName }),
      },
    })
    io.stdout(await response.text())
    return response.ok ? 0 : 1
  } catch (error) {
    io.stderr(`${reasonOf(error, url)}\n`)
    return 1
  }
}

/** Reads a PEM file with at least one certificate. */
function readAuthority(path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
    return new X509Certificate(text).raw.length > 0 ? text : ''
  } catch {
    // Whether it is missing or holds something else, the person who typed the name has to look there.
    throw new UsageError(`--ca needs a PEM file with a certificate; ${path} is none.`)
  }
}

/** Apart from its certificate, whatever the socket said, what matters is that nobody answered. */
function reasonOf(error: unknown, { origin, protocol }: URL): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The certificate at ${origin} is for another name: give its own with --server-name.`
  }
  if (protocol === 'https:' && /CERT|ISSUER|SIGNATURE/.test(code)) {
    return `The certificate at ${origin} is not trusted (${code}): name its authority with --ca.`
  }
  return `No gateway answers at ${origin}.`
}
