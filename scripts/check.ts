import { installDependencies, run } from './setup.ts'

const bun = process.execPath
const steps: readonly (readonly [name: string, command: readonly string[]])[] = [
  [
    'format',
    [bun, 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ],
  ['types', [bun, 'node_modules/typescript/bin/tsc', '--noEmit']],
  ['lint', [bun, 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings']],
]

await installDependencies()
const failed: string[] = []
for (const [name, command] of steps) {
  console.log(`check: ${name}`)
  if ((await run(command)) !== 0) failed.push(name)
}
// The working agreement counts tests as part of the check; CI runs them once, by themselves.
if (!process.argv.includes('--without-tests')) {
  console.log('check: tests')
  if ((await run([bun, 'scripts/test.ts'])) !== 0) failed.push('tests')
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`)
  process.exit(1)
}
console.log('check passed')
