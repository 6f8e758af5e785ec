import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { asObject, asString, isObject, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'

const timeoutMs = 5000

/** Options of every command that asks a running gateway. */
export const gatewayOptions = ['url', 'ca', 'server-name'] as const

/** Nobody answers, or nobody who can be trusted; the message is for the person who asked. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** What is asked of a gateway, and where it is when nothing else is said. */
export interface GatewayQuestion {
  readonly usualPort: number
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: JsonObject
}

/**
 * Asks a running gateway. Over TLS the certificate is checked against the public authorities, or against the
 * file of `--ca` alone, for the host of the URL or the given name. Throws `Unreachable`.
 */
export async function askGateway(
  { options }: Pick<Arguments, 'options'>,
  io: Pick<CliIo, 'cwd'>,
  { usualPort, path, method = 'GET', headers = {}, body }: GatewayQuestion,
): Promise<Response> {
  const caFile = options.get('ca')
  const usualUrl = `${caFile === undefined ? 'http' : 'https'}://127.0.0.1:${usualPort}`
  const url = new URL(path, options.get('url') ?? usualUrl)
  const ca = caFile === undefined ? undefined : readAuthority(resolve(io.cwd, caFile))
  const serverName = options.get('server-name')
  try {
    return await fetch(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
      proxy: false,
      redirect: 'error',
      tls: {
        // Said explicitly, or NODE_TLS_REJECT_UNAUTHORIZED would decide.
        rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { serverName }),
      },
    })
  } catch (error) {
    throw new Unreachable(reasonOf(error, url), { cause: error })
  }
}

/** What the admin API said: its `data`, or why it refused, in words. */
export type AdminReply =
  | { readonly type: 'data'; readonly data: JsonObject }
  | { readonly type: 'refused'; readonly message: string }

/** Name of the environment variable that holds the key of an administrator. */
export const adminKeyVariable = 'SMARTFLOW_ADMIN_KEY'

/** Asks the admin API of a running gateway, with the key of the environment. Throws `Unreachable`. */
export async function askAdmin(
  parsed: Arguments,
  io: CliIo,
  question: Omit<GatewayQuestion, 'usualPort' | 'headers'>,
): Promise<AdminReply> {
  const key = io.environment[adminKeyVariable]
  const headers: Record<string, string> =
    key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` }
  const response = await askGateway(parsed, io, { ...question, usualPort: 7778, headers })
  const json = parseJson(await response.text())
  if (!isObject(json))
    return { type: 'refused', message: 'This is not the admin API of a gateway.' }
  if (response.ok) return { type: 'data', data: asObject(json['data']) ?? {} }
  const message = asString(asObject(json['error'])?.['message']) ?? `status ${response.status}`
  const hint = response.status === 401 ? ` The key is read from ${adminKeyVariable}.` : ''
  return { type: 'refused', message: message + hint }
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
