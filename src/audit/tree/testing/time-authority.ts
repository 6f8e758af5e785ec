import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identifiers } from '../timestamp-format.ts'

/** A time-stamping authority made of `openssl ts`, with a certificate of its own authority. */
export interface TimeAuthority {
  /** The certificate to be trusted, as PEM. */
  readonly trusted: string
  /** Answers a request as an authority would over HTTP. */
  reply(request: Uint8Array): Buffer
  /** Lets openssl judge a token; returns whether it is good. */
  accepts(token: Uint8Array, data: Uint8Array): boolean
  /** Signs what a token says, whether its certificate allows that or not; `reply` would refuse. */
  seal(info: Uint8Array): Buffer
}

export interface TimeAuthorityOptions {
  /** An empty directory. */
  readonly directory: string
  /** Key of the signing certificate, in words of `openssl genpkey`. */
  readonly key: readonly string[]
  /** Extended key usage of the signing certificate. */
  readonly usage?: string
  /** Stands between the signer and the trusted certificate. */
  readonly hasIntermediate?: boolean
  /** Hash by which a token names its certificate; SHA-1 is that of RFC 3161 before RFC 5816. */
  readonly certificateDigest?: 'sha1' | 'sha256'
}

const ellipticKey = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']

/** Makes an authority that signs with a key of this kind. */
export function createTimeAuthority(options: TimeAuthorityOptions): TimeAuthority {
  const { directory, hasIntermediate = false, certificateDigest = 'sha256' } = options
  const path = (name: string): string => join(directory, name)
  writeFileSync(path('ts.conf'), configuration(directory, certificateDigest))
  writeFileSync(path('serial'), '01\n')
  issueAll(options)
  return {
    trusted: readFileSync(path('root.pem'), 'utf8'),
    reply(request) {
      writeFileSync(path('request.tsq'), request)
      const files = ['-queryfile', path('request.tsq'), '-out', path('response.tsr')]
      const chain = hasIntermediate ? ['-chain', path('intermediate.pem')] : []
      openssl('ts', '-reply', '-config', path('ts.conf'), ...files, ...chain)
      return readFileSync(path('response.tsr'))
    },
    accepts(token, data) {
      writeFileSync(path('token'), token)
      writeFileSync(path('data'), data)
      const files = ['-in', path('token'), '-token_in', '-data', path('data')]
      const command = ['openssl', 'ts', '-verify', ...files, '-CAfile', path('root.pem')]
      return Bun.spawnSync(command, { stderr: 'ignore' }).exitCode === 0
    },
    seal(info) {
      writeFileSync(path('info'), info)
      const type = ['-econtent_type', identifiers.timestampInfo, '-nodetach', '-binary', '-cades']
      const signer = ['-signer', path('signer.pem'), '-inkey', path('signer.key')]
      const files = ['-in', path('info'), '-outform', 'DER', '-out', path('sealed')]
      openssl('cms', '-sign', '-md', 'sha512', ...type, ...signer, ...files)
      return readFileSync(path('sealed'))
    },
  }
}

const isAuthority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'

function issueAll(options: TimeAuthorityOptions): void {
  const { directory, key, usage = 'critical,timeStamping', hasIntermediate = false } = options
  const root = { directory, name: 'root', key: ellipticKey, extensions: isAuthority }
  issue(root)
  if (hasIntermediate) issue({ ...root, name: 'intermediate', issuer: 'root' })
  const extensions = `extendedKeyUsage=${usage}\nkeyUsage=critical,digitalSignature\n`
  const issuer = hasIntermediate ? 'intermediate' : 'root'
  issue({ directory, name: 'signer', key, extensions, issuer })
}

interface Certificate {
  readonly directory: string
  readonly name: string
  readonly key: readonly string[]
  readonly extensions: string
  /** Name of the certificate that signs this one; itself when absent. */
  readonly issuer?: string
}

function issue({ directory, name, key, extensions, issuer }: Certificate): void {
  const path = (file: string): string => join(directory, file)
  const own = path(name)
  writeFileSync(`${own}.ext`, extensions)
  openssl('genpkey', ...key, '-out', `${own}.key`)
  const subject = ['-subj', `/O=Example/CN=${name}`]
  openssl('req', '-new', '-key', `${own}.key`, ...subject, '-out', `${own}.csr`)
  const signedBy =
    issuer === undefined
      ? ['-signkey', `${own}.key`]
      : ['-CA', path(`${issuer}.pem`), '-CAkey', path(`${issuer}.key`), '-CAcreateserial']
  const files = ['-in', `${own}.csr`, '-out', `${own}.pem`, '-extfile', `${own}.ext`]
  openssl('x509', '-req', ...files, '-days', '30', ...signedBy)
}

function openssl(...words: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(['openssl', ...words], { stderr: 'pipe' })
  if (exitCode !== 0) throw new Error(`openssl ${words.join(' ')}: ${stderr.toString()}`)
}

function configuration(directory: string, certificateDigest: string): string {
  return `
[tsa]
default_tsa = authority
[authority]
dir = ${directory}
serial = $dir/serial
crypto_device = builtin
signer_cert = $dir/signer.pem
signer_key = $dir/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = ${certificateDigest}
`
}
