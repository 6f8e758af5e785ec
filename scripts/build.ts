import { statSync } from 'node:fs'
import { join } from 'node:path'
import { installDependencies, root, run } from './setup.ts'

/**
 * Compiles the single binary. Files of the folder it is started in are not obeyed: a security product
 * takes its settings from its own configuration only.
 */
const compile = [
  process.execPath,
  'build',
  '--compile',
  '--minify-syntax',
  '--minify-whitespace',
  '--sourcemap',
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  'src/main.ts',
]

await installDependencies()
const native = `${process.platform}-${process.arch}`
await build('dist/smartflow', [])
for (const target of ['linux-x64', 'linux-arm64'].filter((name) => name !== native)) {
  // The runtime of another architecture comes from the package registry, where that is reachable.
  await build(`dist/smartflow-${target}`, [`--target=bun-${target}`]).catch(() => {
    console.log(`dist/smartflow-${target}: left out, its runtime could not be had`)
  })
}

async function build(outfile: string, flags: readonly string[]): Promise<void> {
  const code = await run([...compile, ...flags, '--outfile', outfile])
  if (code !== 0) throw new Error(`Compiling ${outfile} failed.`)
  console.log(`${outfile}: ${(statSync(join(root, outfile)).size / 1e6).toFixed(0)} MB`)
}
