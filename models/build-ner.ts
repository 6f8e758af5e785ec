import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildNameModel } from './ner/build.ts'
import { writeSum } from './ner/sums.ts'

/**
 * Builds `models/names.bin`, the model of names: the same bytes on every machine. Needs the corpora (a folder, see
 * models/NOTICE for where they come from) and the packages of models/package.json, of which nothing is shipped but
 * what was learned: `bun install --cwd models && bun models/build-ner.ts [--data FOLDER] [--check]`.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(import.meta.dir, '../../shared/data/ner') },
    check: { type: 'boolean', default: false },
  },
})
if (!existsSync(values.data))
  throw new Error(`There are no corpora in ${values.data}: say where with --data.`)
const target = join(import.meta.dir, 'names.bin')
const bytes = buildNameModel(values.data, (line) => console.log(line))
if (values.check) {
  const isSame = Buffer.from(await Bun.file(target).bytes()).equals(bytes)
  console.log(isSame ? 'the same bytes' : 'other bytes')
  process.exit(isSame ? 0 : 1)
}
await Bun.write(target, bytes)
await writeSum('names.bin', bytes)
console.log(`${target}: ${(bytes.length / 1e6).toFixed(2)} MB`)
