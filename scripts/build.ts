import { statSync } from 'node:fs'
import { join } from 'node:path'
import { compileCommand } from './compile.ts'
import { installDependencies, root, run } from './setup.ts'

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
  const code = await run(compileCommand(outfile, flags))
  if (code !== 0) throw new Error(`Compiling ${outfile} failed.`)
  console.log(`${outfile}: ${(statSync(join(root, outfile)).size / 1e6).toFixed(0)} MB`)
}
