import { join } from 'node:path'
import { installDependencies, root } from './setup.ts'
import { installSystemParts } from './system-parts.ts'

await installDependencies()
await installSystemParts()

const report = join(root, 'node_modules', '.smartflow-test-report.xml')
const child = Bun.spawn(
  [
    process.execPath,
    'test',
    '--timeout',
    '60000',
    '--reporter=junit',
    `--reporter-outfile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['inherit', 'inherit', 'inherit'] },
)
const code = await child.exited
const xml = await Bun.file(report).text()
const skipped = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)].map(
  (match) => match[1],
)
const totals = /<testsuites[^>]* tests="(\d+)"[^>]* failures="(\d+)"/.exec(xml)
const total = Number(totals?.[1] ?? 0)
const failures = Number(totals?.[2] ?? 0)
if (skipped.length > 0)
  console.log(`\nSkipped here:\n${skipped.map((name) => `  ${name}`).join('\n')}`)
const passed = total - failures - skipped.length
const ended = skipped.length === 0 ? '' : `, ${skipped.length} skipped`
console.log(`\n${passed} passed, ${failures} failed${ended}`)
process.exit(code === 0 && failures === 0 && total > 0 ? 0 : 1)
