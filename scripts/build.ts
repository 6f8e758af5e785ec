import { statSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { installDependencies, root, run } from './setup.ts'

/**
 * Compiles the single binary. Files of the folder it is started in are not obeyed: a security product
 * takes its settings from its own configuration only.
 */
const compileFlags = [
  'build',
  '--compile',
  '--minify-syntax',
  '--minify-whitespace',
  '--sourcemap',
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
]

await installDependencies()
const targets = process.argv.includes('--all')
  ? ['linux-x64', 'linux-arm64']
  : [`${platform()}-${arch()}`]
for (const target of targets) {
  const outfile = targets.length === 1 ? 'dist/smartflow' : `dist/smartflow-${target}`
  const isNative = target === `${platform()}-${arch()}`
  const code = await run([
    process.execPath,
    ...compileFlags,
    // For the machine's own kind the runtime at hand is embedded; others have to be downloaded.
    ...(isNative ? [] : [`--target=bun-${target}`]),
    'src/main.ts',
    '--outfile',
    outfile,
  ])
  if (code !== 0) process.exit(code)
  const megabytes = (statSync(`${root}/${outfile}`).size / 1e6).toFixed(0)
  console.log(`${outfile}: ${megabytes} MB`)
}
