import { join } from 'node:path'

const list = join(import.meta.dir, '../SHA256SUMS')

/** Puts a file's hash into `models/SHA256SUMS`, in the format of sha256sum. */
export async function writeSum(name: string, bytes: Uint8Array): Promise<void> {
  const file = Bun.file(list)
  const lines = (await file.exists()) ? (await file.text()).split('\n') : []
  const others = lines.filter((line) => line !== '' && !line.endsWith(`  ${name}`))
  const hash = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  await Bun.write(
    list,
    [...others, `${hash}  ${name}`]
      .toSorted((left, right) => (left.slice(66) < right.slice(66) ? -1 : 1))
      .join('\n') + '\n',
  )
}
