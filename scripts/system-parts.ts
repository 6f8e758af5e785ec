/** Programs that integration tests use as real counterparts: program name and Debian package. */
const parts: readonly { readonly program: string; readonly debianPackage: string }[] = [
  { program: 'promtool', debianPackage: 'prometheus' },
  { program: 'openssl', debianPackage: 'openssl' },
]

/**
 * Installs the missing parts with apt when it may: as root, on Debian. Elsewhere the tests that need
 * them skip themselves and are listed by name at the end of the run.
 */
export async function installSystemParts(): Promise<void> {
  const missing = parts.filter(({ program }) => Bun.which(program) === null)
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
