import type { Clock } from '../core/clock.ts'
import type { RefusalRecord } from '../core/record.ts'
import type { AuditLog } from './types.ts'

/** How many refused requests have a record each. */
export interface RefusalLimits {
  /** Of one source, in a second. */
  readonly perSourcePerSecond: number
  /** Of all sources together, in a second. */
  readonly perSecond: number
  /** How often those beyond are summed up. */
  readonly summaryIntervalMs: number
}

/** Records of requests that were refused before they became calls. */
export interface RefusalLog extends Disposable {
  /**
   * Records a refusal by itself or in a summary. Never waits and never throws.
   * @param makeRecord called only where the refusal gets a record of its own
   * @returns whether it got one
   */
  record(refusal: {
    readonly sourceAddress: string | undefined
    readonly errorCode: string
    readonly makeRecord: () => RefusalRecord
  }): boolean
}

/** Most sources that are told apart at a time; all others count as one. */
const maxSources = 256
const secondMs = 1000

/** What a source has sent lately. */
interface Source {
  /** The second in which it was last refused, and how often in it. */
  second: number
  inSecond: number
  /** Refusals that have no record of their own. */
  count: number
  readonly errorCodes: Map<string, number>
  firstAt: number
  lastAt: number
}

/**
 * Makes the log of refusals. Whoever has no key can send any number of requests, so neither their records
 * nor what is remembered of their senders may grow with them: a few have a record each, the rest is counted
 * and summed up. While the audit log cannot be written all are only counted.
 */
export function createRefusalLog(parts: RefusalLogParts): RefusalLog {
  return new SummedRefusals(parts)
}

interface RefusalLogParts {
  readonly log: Pick<AuditLog, 'appendOutcome' | 'health'>
  readonly clock: Clock
  readonly limits: RefusalLimits
}

class SummedRefusals implements RefusalLog {
  readonly #parts: RefusalLogParts
  readonly #sources = new Map<string, Source>()
  #second = 0
  #inSecond = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: RefusalLogParts) {
    this.#parts = parts
  }

  record({ sourceAddress, errorCode, makeRecord }: Parameters<RefusalLog['record']>[0]): boolean {
    const { log, clock } = this.#parts
    this.#beginSecond(Math.floor(clock.monotonic() / secondMs))
    const source = this.#sourceOf(sourceAddress)
    if (this.#mayHaveRecord(source)) {
      source.inSecond += 1
      this.#inSecond += 1
      log.appendOutcome(makeRecord())
      return true
    }
    count(source, errorCode, clock.now())
    this.#sumUpLater()
    return false
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#sumUp()
    clearTimeout(this.#timer)
  }

  #sourceOf(address: string | undefined): Source {
    const wanted = address === undefined ? '' : networkOf(address)
    const known = this.#sources.get(wanted)
    if (known !== undefined) return known
    const name = this.#sources.size < maxSources ? wanted : ''
    const source = this.#sources.get(name) ?? newSource()
    this.#sources.set(name, source)
    return source
  }

  #beginSecond(now: number): void {
    if (now === this.#second) return
    this.#second = now
    this.#inSecond = 0
    for (const [name, { count }] of this.#sources) if (count === 0) this.#sources.delete(name)
  }

  #mayHaveRecord(source: Source): boolean {
    const { limits, log } = this.#parts
    if (source.second !== this.#second) source.inSecond = 0
    source.second = this.#second
    const isOften = source.inSecond >= limits.perSourcePerSecond
    if (isOften || this.#inSecond >= limits.perSecond) return false
    return log.health().state === 'ok'
  }

  #sumUp(): void {
    const { log } = this.#parts
    this.#timer = undefined
    if (log.health().state !== 'ok') {
      this.#sumUpLater()
      return
    }
    for (const [name, { count, errorCodes, firstAt, lastAt }] of this.#sources) {
      if (count === 0) continue
      const source = name === '' ? undefined : name
      const codes = Object.fromEntries(errorCodes)
      const times = { firstAt, lastAt }
      log.appendOutcome({ type: 'refusal_summary', source, count, errorCodes: codes, ...times })
    }
    this.#sources.clear()
  }

  #sumUpLater(): void {
    // Only the process's own end may wait for it.
    this.#timer ??= setTimeout(() => this.#sumUp(), this.#parts.limits.summaryIntervalMs).unref()
  }
}

function newSource(): Source {
  return { second: 0, inSecond: 0, count: 0, errorCodes: new Map(), firstAt: 0, lastAt: 0 }
}

function count(source: Source, errorCode: string, at: number): void {
  if (source.count === 0) source.firstAt = at
  source.count += 1
  source.lastAt = at
  source.errorCodes.set(errorCode, (source.errorCodes.get(errorCode) ?? 0) + 1)
}

/** Who has one IPv6 address has the 2^64 beside it: they count as one source (RFC 4291 §2.5.4). */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  return `${[...first, ...gap, ...last].slice(0, 4).join(':')}::/64`
}
