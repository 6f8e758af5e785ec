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
export function createRefusalLog(parts: {
  readonly log: Pick<AuditLog, 'appendOutcome' | 'health'>
  readonly clock: Clock
  readonly limits: RefusalLimits
}): RefusalLog {
  const { log, clock, limits } = parts
  const sources = new Map<string, Source>()
  let second = 0
  let inSecond = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function sourceOf(address: string | undefined): Source {
    const wanted = address === undefined ? '' : networkOf(address)
    const known = sources.get(wanted)
    if (known !== undefined) return known
    const name = sources.size < maxSources ? wanted : ''
    const source = sources.get(name) ?? newSource()
    sources.set(name, source)
    return source
  }

  function beginSecond(now: number): void {
    if (now === second) return
    second = now
    inSecond = 0
    for (const [name, { count }] of sources) if (count === 0) sources.delete(name)
  }

  function mayHaveRecord(source: Source): boolean {
    if (source.second !== second) source.inSecond = 0
    source.second = second
    if (source.inSecond >= limits.perSourcePerSecond || inSecond >= limits.perSecond) return false
    return log.health().state === 'ok'
  }

  function sumUp(): void {
    timer = undefined
    if (log.health().state !== 'ok') {
      sumUpLater()
      return
    }
    for (const [name, { count, errorCodes, firstAt, lastAt }] of sources) {
      if (count === 0) continue
      const source = name === '' ? undefined : name
      const codes = Object.fromEntries(errorCodes)
      const times = { firstAt, lastAt }
      log.appendOutcome({ type: 'refusal_summary', source, count, errorCodes: codes, ...times })
    }
    sources.clear()
  }

  function sumUpLater(): void {
    // Only the process's own end may wait for it.
    timer ??= setTimeout(sumUp, limits.summaryIntervalMs).unref()
  }

  return {
    record({ sourceAddress, errorCode, makeRecord }) {
      beginSecond(Math.floor(clock.monotonic() / secondMs))
      const source = sourceOf(sourceAddress)
      if (mayHaveRecord(source)) {
        source.inSecond += 1
        inSecond += 1
        log.appendOutcome(makeRecord())
        return true
      }
      count(source, errorCode, clock.now())
      sumUpLater()
      return false
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      sumUp()
      clearTimeout(timer)
    },
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
