import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { openAuditLog } from './open.ts'
import { label, readAll } from './testing/records.ts'
import { temporaryDirectory } from './testing/temporary.ts'

const rounds = 15

test('kill -9 under load loses no record that the log vouched for', async () => {
  using directory = temporaryDirectory()
  const vouched: string[] = []
  for (let round = 0; round < rounds; round++) {
    vouched.push(...(await runAndKill(directory.path, round)))
  }
  await using log = await openAuditLog({ directory: directory.path, clock: systemClock })
  const records = await readAll(directory.path)
  expect(log.health().lastSequence).toBe(records.length)
  expect(records.map((record) => record.sequence)).toEqual(records.map((_, index) => index + 1))
  const labels = records.map(label)
  const unique = new Set(labels)
  expect(vouched.length).toBeGreaterThan(rounds * 20)
  expect(vouched.filter((text) => !unique.has(text))).toEqual([])
  expect(labels.filter((text) => text !== 'lifecycle recovered').length).toBe(
    unique.size - (unique.has('lifecycle recovered') ? 1 : 0),
  )
}, 60_000)

/** Starts a writer, kills it once it is at work, and returns what it had been promised. */
async function runAndKill(directory: string, round: number): Promise<string[]> {
  const script = join(import.meta.dir, 'testing', 'kill-writer.ts')
  const child = Bun.spawn([process.execPath, script, directory, String(round)], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let output = ''
  const decoder = new TextDecoder()
  for await (const chunk of child.stdout) {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), (round * 7) % 40)
    output += decoder.decode(chunk, { stream: true })
  }
  await child.exited
  // The last line may be cut by the kill.
  return output.split('\n').slice(0, -1)
}
