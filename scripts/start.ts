import { installDependencies, run } from './setup.ts'

await installDependencies()
process.exit(await run([process.execPath, 'src/main.ts', 'demo', ...process.argv.slice(2)]))
