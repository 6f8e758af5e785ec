import { describe, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import type { LifecycleRecord } from '../core/record.ts'
import { nodeFiles } from './files.ts'
import type { AuditFiles, SyncDone } from './files.ts'
import { openAuditLog } from './open.ts'
import { readAuditLog } from './read.ts'

const record: LifecycleRecord = { type: 'lifecycle', event: 'start' }

/** The machine's files, with a device whose synchronisation can be slowed down and watched. */
function slowDevice() {
  const device = { delayMs: 0, files: nodeFiles }
  const sync = (descriptor: number, done: SyncDone): void => {
    if (device.delayMs === 0) nodeFiles.sync(descriptor, done)
    else setTimeout(() => nodeFiles.sync(descriptor, done), device.delayMs)
  }
  device.files = { ...nodeFiles, sync } satisfies AuditFiles
  return device
}

function open(device: ReturnType<typeof slowDevice>, syncTimeoutMs = 5_000) {
  const directory = mkdtempSync(join(tmpdir(), 'audit-device-'))
  const options = { directory, clock: systemClock, files: device.files, syncTimeoutMs }
  return openAuditLog({ ...options, retryDelayMs: 20 }).then((log) => ({ log, directory }))
}

describe('the device under the log', () => {
  test('callers of a hanging device are refused in time, and the log goes on when it wakes up', async () => {
    const device = slowDevice()
    const { log, directory } = await open(device, 60)
    await log.append(record)
    device.delayMs = 250
    const startedAt = performance.now()
    const refusal = await log.append(record).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(GatewayError)
    expect(refusal).toMatchObject({ code: 'audit_unavailable' })
    expect(performance.now() - startedAt).toBeLessThan(200)
    expect(log.health()).toMatchObject({ state: 'failed' })
    expect(log.health().reason).toContain('did not synchronise within 60 ms')
    device.delayMs = 0
    await Bun.sleep(500)
    expect(log.health().state).toBe('ok')
    await log.append(record)
    await log[Symbol.asyncDispose]()
    const sequences = (await Array.fromAsync(readAuditLog(directory))).map(
      ({ sequence }) => sequence,
    )
    // The refused record may be in the log; none is twice, none is missing between others.
    expect(sequences).toEqual(sequences.map((_, index) => index + 1))
    expect(sequences.length).toBeGreaterThanOrEqual(2)
  })
})
