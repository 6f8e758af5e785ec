import { basename } from 'node:path'
import type { AuditFiles, SyncDone } from '../files.ts'

const pageBytes = 512

/** Which operation fails, counted from 1, and whether it has its effect all the same. */
export interface Fault {
  readonly operation: number
  readonly effect: 'unpersisted' | 'persisted' | 'short'
  /** Whether every later operation fails, too. */
  readonly lasts?: boolean
}

interface Inode {
  cached: Buffer
  durable: Buffer
  /** Pages that the next synchronisation will write. */
  dirty: Set<number>
}

type Names = Map<string, Inode>

/**
 * A disk in memory with a page cache: what was written is lost in a power cut unless it was
 * synchronised, page by page and name by name; and a failed synchronisation forgets which pages it
 * did not write, as Linux does.
 */
export class MemoryDisk implements AuditFiles {
  readonly #names: Names
  #durableNames: Names
  readonly #open = new Map<number, Inode>()
  #nextDescriptor = 3
  operations = 0
  syncs = 0
  fault: Fault | undefined
  /** The operation that failed. */
  failed: string | undefined
  /** Called before each operation that changes something. */
  onOperation: (() => void) | undefined

  constructor(names: Names = new Map()) {
    this.#names = names
    this.#durableNames = new Map(names)
  }

  /** A disk that holds one file. */
  static holding(name: string, content: Buffer): MemoryDisk {
    const cached = Buffer.from(content)
    const file = { cached, durable: Buffer.from(content), dirty: new Set<number>() }
    return new MemoryDisk(new Map([[name, file]]))
  }

  /** What a file contains, as reading it shows. */
  content(name: string): Buffer | undefined {
    return this.#names.get(name)?.cached
  }

  /** The disk as another process finds it after this one was killed. */
  afterKill(): MemoryDisk {
    const disk = new MemoryDisk(new Map([...this.#names].map(([name, file]) => [name, copy(file)])))
    disk.#durableNames = new Map(
      [...this.#durableNames].map(([name, file]) => [name, disk.#names.get(name) ?? copy(file)]),
    )
    return disk
  }

  /** The disk as it may be after a power cut: each unsynchronised page either made it or did not. */
  afterPowerCut(happens: () => boolean): MemoryDisk {
    const survivors = happens() ? this.#names : this.#durableNames
    const names: Names = new Map()
    for (const [name, file] of survivors) {
      const length = happens() ? file.cached.byteLength : file.durable.byteLength
      const content = Buffer.alloc(length)
      file.durable.copy(content)
      for (const page of file.dirty) {
        if (happens()) copyPage(file.cached, content, page)
      }
      names.set(name, { cached: content, durable: Buffer.from(content), dirty: new Set() })
    }
    return new MemoryDisk(names)
  }

  makeDirectory(): void {}

  list(): string[] {
    return [...this.#names.keys()]
  }

  open(path: string, purpose: 'create' | 'append' | 'read'): number {
    return this.#perform(`open ${basename(path)}`, () => {
      let file = this.#names.get(basename(path))
      if (purpose === 'create') {
        if (file) throw new Error('EEXIST')
        file = { cached: Buffer.alloc(0), durable: Buffer.alloc(0), dirty: new Set() }
        this.#names.set(basename(path), file)
      }
      if (!file) throw new Error('ENOENT')
      this.#open.set(this.#nextDescriptor, file)
      return this.#nextDescriptor++
    })
  }

  size(descriptor: number): number {
    return this.#file(descriptor).cached.byteLength
  }

  read(descriptor: number, buffer: Uint8Array, position: number): number {
    return this.#file(descriptor).cached.copy(buffer, 0, position)
  }

  write(descriptor: number, bytes: Uint8Array, position: number): number {
    const isShort = this.fault?.effect === 'short' && this.#isFaulty(this.operations + 1)
    return this.#perform('write', () => {
      const taken = isShort ? bytes.subarray(0, Math.floor(bytes.byteLength / 2)) : bytes
      const file = this.#file(descriptor)
      resize(file, Math.max(file.cached.byteLength, position + taken.byteLength))
      file.cached.set(taken, position)
      const lastPage = Math.floor((position + taken.byteLength - 1) / pageBytes)
      for (let page = Math.floor(position / pageBytes); page <= lastPage; page++) {
        file.dirty.add(page)
      }
      return taken.byteLength
    })
  }

  truncate(descriptor: number, length: number): void {
    this.#perform('truncate', () => resize(this.#file(descriptor), length))
  }

  rename(from: string, to: string): void {
    this.#perform(`rename to ${basename(to)}`, () => {
      const file = this.#names.get(basename(from))
      if (!file) throw new Error('ENOENT')
      this.#names.delete(basename(from))
      this.#names.set(basename(to), file)
    })
  }

  remove(path: string): void {
    this.#perform('remove', () => void this.#names.delete(basename(path)))
  }

  close(descriptor: number): void {
    this.#perform('close', () => {
      if (!this.#open.delete(descriptor)) throw new Error('EBADF')
    })
  }

  sync(descriptor: number, done: SyncDone): void {
    this.syncs++
    const file = this.#file(descriptor)
    this.#synchronise('sync', done, {
      succeed() {
        const durable = Buffer.alloc(file.cached.byteLength)
        file.durable.copy(durable)
        for (const page of file.dirty) copyPage(file.cached, durable, page)
        file.durable = durable
        file.dirty.clear()
      },
      fail: () => file.dirty.clear(),
    })
  }

  syncDirectory(_path: string, done: SyncDone): void {
    this.#synchronise('syncDirectory', done, {
      succeed: () => {
        this.#durableNames = new Map(this.#names)
      },
      fail() {},
    })
  }

  get openDescriptors(): number {
    return this.#open.size
  }

  #synchronise(name: string, done: SyncDone, effects: { succeed(): void; fail(): void }): void {
    let error: Error | null = null
    try {
      this.#perform(name, () => effects.succeed())
    } catch (cause) {
      if (this.fault?.effect === 'unpersisted') effects.fail()
      error = cause instanceof Error ? cause : new Error('unknown')
    }
    setImmediate(() => done(error))
  }

  #perform<Result>(name: string, effect: () => Result): Result {
    this.operations++
    this.onOperation?.()
    if (!this.#isFaulty(this.operations)) return effect()
    this.failed ??= name
    if (this.fault?.effect === 'persisted') effect()
    if (this.fault?.effect === 'short' && name === 'write') return effect()
    throw new Error(`injected failure of ${name}`)
  }

  #isFaulty(operation: number): boolean {
    if (!this.fault) return false
    return this.fault.lasts === true
      ? operation >= this.fault.operation
      : operation === this.fault.operation
  }

  #file(descriptor: number): Inode {
    const file = this.#open.get(descriptor)
    if (!file) throw new Error('EBADF')
    return file
  }
}

function resize(file: Inode, length: number): void {
  if (length === file.cached.byteLength) return
  const resized = Buffer.alloc(length)
  file.cached.copy(resized)
  file.cached = resized
}

function copyPage(from: Buffer, to: Buffer, page: number): void {
  const start = page * pageBytes
  const content = from.subarray(start, Math.min(start + pageBytes, to.byteLength))
  if (content.byteLength > 0) to.set(content, start)
}

function copy(file: Inode): Inode {
  return {
    cached: Buffer.from(file.cached),
    durable: Buffer.from(file.durable),
    dirty: new Set(file.dirty),
  }
}
