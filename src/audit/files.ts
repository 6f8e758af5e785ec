import fs from 'node:fs'

/** Called when a synchronisation ended; `null` means the data is on the device. */
export type SyncDone = (error: Error | null) => void

/**
 * The file operations the audit log needs, as a dependency, so that tests can make each one fail.
 * Writes are synchronous (they only reach the page cache, about a microsecond); synchronisations
 * are asynchronous, because they wait for the device.
 */
export interface AuditFiles {
  /** Makes a directory and its parents, mode 0700; an existing one is left alone. */
  makeDirectory(path: string): void
  list(directory: string): readonly string[]
  /** Opens a file and returns its descriptor; `create` fails when it exists, mode 0600. */
  open(path: string, purpose: 'create' | 'append' | 'read'): number
  size(descriptor: number): number
  /** Reads at a position until the buffer is full or the file ends; returns the bytes read. */
  read(descriptor: number, buffer: Uint8Array, position: number): number
  /** Writes at a position and returns how many bytes were taken, perhaps fewer than given. */
  write(descriptor: number, bytes: Uint8Array, position: number): number
  truncate(descriptor: number, length: number): void
  rename(from: string, to: string): void
  /** Removes a file; one that does not exist is no error. */
  remove(path: string): void
  close(descriptor: number): void
  /** `fdatasync(2)` in the thread pool. */
  sync(descriptor: number, done: SyncDone): void
  /** Makes created and renamed entries of a directory durable. */
  syncDirectory(path: string, done: SyncDone): void
}

/** The file operations of the machine. */
export const nodeFiles: AuditFiles = {
  makeDirectory: (path) => void fs.mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (directory) => fs.readdirSync(directory),
  open: (path, purpose) => fs.openSync(path, openFlags[purpose], 0o600),
  size: (descriptor) => fs.fstatSync(descriptor).size,
  read: readFully,
  write: (descriptor, bytes, position) =>
    fs.writeSync(descriptor, bytes, 0, bytes.byteLength, position),
  truncate: (descriptor, length) => fs.ftruncateSync(descriptor, length),
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  close: (descriptor) => fs.closeSync(descriptor),
  sync: (descriptor, done) => fs.fdatasync(descriptor, done),
  syncDirectory,
}

const openFlags = { create: 'wx+', append: 'r+', read: 'r' } as const

/** Waits for the data of a file; rejects when it did not reach the device. */
export function syncFile(files: AuditFiles, descriptor: number): Promise<void> {
  return settled((done) => files.sync(descriptor, done))
}

/** Turns an operation that reports through a callback into a promise. */
export function settled(operation: (done: SyncDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    operation((error) => (error ? reject(error) : resolve()))
  })
}

function readFully(descriptor: number, buffer: Uint8Array, position: number): number {
  let filled = 0
  while (filled < buffer.byteLength) {
    const taken = fs.readSync(
      descriptor,
      buffer,
      filled,
      buffer.byteLength - filled,
      position + filled,
    )
    if (taken === 0) break
    filled += taken
  }
  return filled
}

function syncDirectory(path: string, done: SyncDone): void {
  fs.open(path, 'r', (openError, descriptor) => {
    if (openError) {
      done(openError)
      return
    }
    fs.fsync(descriptor, (syncError) => {
      fs.close(descriptor, (closeError) => done(syncError ?? closeError ?? null))
    })
  })
}
