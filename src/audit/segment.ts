import { join } from 'node:path'
import type { AuditFiles } from './files.ts'

/** Bytes before the first frame of a segment. */
export const segmentHeaderBytes = 16

const magic = 'SFAUDIT\n'
const version = 1
const namePattern = /^audit-(\d{16})\.log$/
const temporaryPattern = /^audit-[a-z]+\.tmp$/

/** A file of the log; its name carries the sequence number of its first record. */
export interface Segment {
  readonly name: string
  readonly path: string
  readonly firstSequence: number
}

/** Damage within the log: it is refused, never repaired in silence. */
export class AuditDamageError extends Error {
  override readonly name = 'AuditDamageError'
  readonly file: string
  readonly offset: number

  constructor(file: string, offset: number, detail: string) {
    super(
      `the audit log is damaged: ${file}, byte ${offset}: ${detail}; ` +
        'restore the file from a copy, or move the whole directory away to begin a new log',
    )
    this.file = file
    this.offset = offset
  }
}

/** The bytes every segment begins with: magic, version 1, four zeros. */
export function segmentHeader(): Buffer {
  const header = Buffer.alloc(segmentHeaderBytes)
  header.write(magic, 'latin1')
  header.writeUInt32BE(version, magic.length)
  return header
}

/** Names the segment whose first record has this sequence number. */
export function segmentName(firstSequence: number): string {
  return `audit-${String(firstSequence).padStart(16, '0')}.log`
}

/** Lists the segments of a directory in order. */
export function listSegments(files: AuditFiles, directory: string): Segment[] {
  const segments: Segment[] = []
  for (const name of files.list(directory)) {
    const digits = namePattern.exec(name)?.[1]
    if (digits === undefined) continue
    segments.push({ name, path: join(directory, name), firstSequence: Number(digits) })
  }
  return segments.sort((a, b) => a.firstSequence - b.firstSequence)
}

/** Removes segments that a stopped process had begun to prepare. */
export function removeUnfinishedSegments(files: AuditFiles, directory: string): void {
  for (const name of files.list(directory)) {
    if (temporaryPattern.test(name)) files.remove(join(directory, name))
  }
}

/** Throws `AuditDamageError` unless the file begins with a header this version understands. */
export function checkSegmentHeader(files: AuditFiles, descriptor: number, segment: Segment): void {
  const header = Buffer.alloc(segmentHeaderBytes)
  const bytes = files.read(descriptor, header, 0)
  if (bytes === segmentHeaderBytes && header.equals(segmentHeader())) return
  const detail =
    bytes === segmentHeaderBytes && header.toString('latin1', 0, magic.length) === magic
      ? `format version ${header.readUInt32BE(magic.length)} is not known to this version`
      : 'not the header of an audit segment'
  throw new AuditDamageError(segment.path, 0, detail)
}
