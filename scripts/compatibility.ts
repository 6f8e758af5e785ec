import { join } from 'node:path'
import { writeDocument } from '../test/compatibility/document.ts'
import { failuresIn, runMatrix } from '../test/compatibility/matrix.ts'
import { root } from './setup.ts'

const rows = await runMatrix()
const failures = failuresIn(rows)
if (failures.length > 0) {
  console.error(failures.join('\n'))
  process.exit(1)
}
const target = join(root, 'docs', 'compatibility.md')
await Bun.write(target, await writeDocument(rows))
console.log(`wrote ${target}`)
