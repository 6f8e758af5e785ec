import { installDependencies, run } from './setup.ts'

await installDependencies()
process.exit(
  await run([process.execPath, '--no-env-file', 'src/main.ts', 'demo', ...process.argv.slice(2)]),
)
