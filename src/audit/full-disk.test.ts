import { expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { openAuditLog } from './open.ts'
import { decision, label, outcome, readAll } from './testing/records.ts'
import { rejectionOf } from './testing/rejection.ts'
import { temporaryDirectory } from './testing/temporary.ts'

/** Mounts a file system of 3 MiB; `undefined` where that is not permitted. */
function smallFileSystem() {
  const directory = temporaryDirectory()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', directory.path])
  if (mounted.status !== 0) {
    directory[Symbol.dispose]()
    return undefined
  }
  return {
    path: directory.path,
    [Symbol.dispose]() {
      spawnSync('umount', [directory.path])
      directory[Symbol.dispose]()
    },
  }
}

const isMountable = (() => {
  using fileSystem = smallFileSystem()
  return fileSystem !== undefined
})()
const name =
  'on a full disk calls are refused, and the log goes on by itself when there is space again'

test.skipIf(!isMountable)(isMountable ? name : `${name} (needs the right to mount)`, async () => {
  using fileSystem = smallFileSystem()
  if (fileSystem === undefined) throw new Error('the file system could be mounted a moment ago')
  const directory = join(fileSystem.path, 'audit')
  const log = await openAuditLog({ directory, clock: systemClock, retryDelayMs: 20 })
  writeFileSync(join(fileSystem.path, 'ballast'), Buffer.alloc(1_000_000))

  const acknowledged: string[] = []
  const outcomes: string[] = []
  const refused = await rejectionOf(
    (async () => {
      for (let index = 0; index < 10_000; index++) {
        await log.append(decision(`r${index}`))
        acknowledged.push(`decision r${index}`)
      }
    })(),
  )
  expect(refused).toMatchObject({ code: 'audit_unavailable', cause: { code: 'ENOSPC' } })
  expect(acknowledged.length).toBeGreaterThan(1000)
  for (let index = 0; index < 20; index++) {
    log.appendOutcome(outcome(`r${index}`))
    outcomes.push(`outcome r${index}`)
  }
  expect(log.health()).toMatchObject({ state: 'failed', waitingOutcomes: 20 })

  rmSync(join(fileSystem.path, 'ballast'))
  const deadline = Date.now() + 5_000
  while (log.health().state === 'failed' && Date.now() < deadline) await Bun.sleep(10)
  await log.append(decision('after'))
  await log[Symbol.asyncDispose]()
  const labels = new Set((await readAll(directory)).map(label))
  const expected = [...acknowledged, ...outcomes, 'decision after']
  expect(expected.filter((text) => !labels.has(text))).toEqual([])
})
