import { existsSync } from 'node:fs'

/** Something that integration tests use as a real counterpart: a program or a file, and its Debian package. */
type SystemPart = { readonly debianPackage: string } & (
  { readonly program: string } | { readonly file: string }
)

const parts: readonly SystemPart[] = [
  { program: 'promtool', debianPackage: 'prometheus' },
  { program: 'openssl', debianPackage: 'openssl' },
  { program: 'go', debianPackage: 'golang-go' },
  {
    file: '/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go',
    debianPackage: 'golang-golang-x-mod-dev',
  },
]

/**
 * Installs the missing parts with apt when it may: as root, on Debian. Elsewhere the tests that need
 * them skip themselves and are listed by name at the end of the run.
 */
export async function installSystemParts(): Promise<void> {
  const missing = parts.filter((part) => !isThere(part))
  if (missing.length === 0 || process.getuid?.() !== 0 || Bun.which('apt-get') === null) return
  const packages = missing.map(({ debianPackage }) => debianPackage)
  console.log(`Installing ${packages.join(', ')} for the integration tests`)
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const command of [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    await Bun.spawn(command, { stdio: ['ignore', 'ignore', 'inherit'], env: environment }).exited
  }
}

function isThere(part: SystemPart): boolean {
  return 'program' in part ? Bun.which(part.program) !== null : existsSync(part.file)
}
