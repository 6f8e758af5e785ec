import { dirname } from 'node:path'
import { writeQuality } from '../measure/support/results.ts'

await writeQuality(dirname(import.meta.dir))
console.log('wrote docs/quality.md and the table of README.md')
