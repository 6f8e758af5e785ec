import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildNameModel } from './ner/build.ts'
import { corpusFiles } from './ner/corpora.ts'
import { measureUnseen } from './ner/unseen.ts'
import { writeSum } from './ner/sums.ts'

/**
 * Builds `models/names.bin`, the model of names: the same bytes on every machine with the same Bun, in about a minute.
 * Needs the corpora (a folder, see models/NOTICE for where they come from) and the packages of models/package.json, of
 * which nothing is shipped but what was learned:
 *
 *     bun install --cwd models && bun models/build-ner.ts [--data FOLDER] [--check] [--without CORPUS]
 *
 * `--check` compares and writes nothing. `--without` builds a model that never saw the corpora whose file begins so,
 * tells how well it does on them, and writes nothing either.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(import.meta.dir, '../../shared/data/ner') },
    check: { type: 'boolean', default: false },
    without: { type: 'string' },
  },
})
const { data: folder, without } = values
if (!existsSync(folder))
  throw new Error(`There are no corpora in ${folder}: say where with --data.`)
const target = join(import.meta.dir, 'names.bin')
const unseen = corpusFiles.filter((file) => without !== undefined && file.startsWith(without))
const corpora = corpusFiles.filter((file) => !unseen.includes(file))
const bytes = buildNameModel({ folder, corpora }, (line) => console.log(line))
if (unseen.length > 0) {
  for (const file of unseen) console.log(measureUnseen(bytes, folder, file))
} else if (values.check) {
  const isSame = Buffer.from(await Bun.file(target).bytes()).equals(bytes)
  console.log(isSame ? 'the same bytes' : 'other bytes')
  process.exitCode = isSame ? 0 : 1
} else {
  await Bun.write(target, bytes)
  await writeSum('names.bin', bytes)
  console.log(`${target}: ${(bytes.length / 1e6).toFixed(2)} MB`)
}
