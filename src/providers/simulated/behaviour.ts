import { nearest } from '../../core/nearest.ts'

/**
 * What the simulated provider is told to do with one call. Written as `;key=value;key=value` after
 * the model name (`gpt-4o-mini;latency=200;tps=50`), or in the same syntax in the `x-simulate`
 * header where that is allowed, or as the provider's default; the model name wins over the header,
 * the header over the default. Frames are server-sent events on the wire, the first one included.
 *
 * | key | effect on a stream | effect on a plain answer |
 * | --- | --- | --- |
 * | `latency=ms` | waits before the headers | the same |
 * | `tps=n` | paces the answer at n tokens a second | waits as long as the tokens would take |
 * | `tokens=n` | makes the answer n tokens long | the same |
 * | `echo` | says what the user said last | the same |
 * | `error=status[,type]` | answers with this status and error type | the same |
 * | `retryAfter=s` | sends `retry-after` with an error | the same |
 * | `errorEvent=n` | error event after n frames, then the end | an error object under status 200 |
 * | `cut=n` | drops the connection after n frames | drops it after half of the body |
 * | `cutHeaders` | drops the connection before any byte | the same |
 * | `reset` | makes the drop a TCP reset (real server only) | the same |
 * | `garbage=n` | one malformed frame after n frames | a body that is not JSON |
 * | `hang=n` | stalls after n frames until aborted | stalls after half of the body |
 * | `block=what` | Gemini: blocks the `prompt` or the `answer` as unsafe | the same |
 * | `tool=name` | calls this tool | the same |
 * | `parallel=n` | calls n tools at once when it calls any | the same |
 * | `cached=n` | reports n prompt tokens as read from cache | the same |
 * | `huge=bytes` | a text this long, in frames of 16 KiB | a text this long, never held in memory |
 * | `slowTrickle[=bytes]` | sends pieces of so many bytes (7), 1 ms apart | the same |
 * | `noUsage` | leaves usage out | the same |
 * | `failEvery=n` | faults hit only every n-th call (status 500 if none is named) | the same |
 */
export interface Behaviour {
  readonly latency?: number
  readonly tps?: number
  readonly tokens?: number
  readonly echo?: boolean
  readonly error?: { readonly status: number; readonly type?: string }
  readonly retryAfter?: number
  readonly errorEvent?: number
  readonly cut?: number
  readonly cutHeaders?: boolean
  readonly reset?: boolean
  readonly garbage?: number
  readonly hang?: number
  readonly block?: 'prompt' | 'answer'
  readonly tool?: string
  readonly parallel?: number
  readonly cached?: number
  readonly huge?: number
  readonly slowTrickle?: number
  readonly noUsage?: boolean
  readonly failEvery?: number
}

/** A behaviour script that cannot be obeyed; the message says which part and why. */
export class BehaviourError extends Error {
  override readonly name = 'BehaviourError'
}

type Reader = (value: string | undefined, key: string) => Partial<Behaviour>

// Upper bounds keep a script from holding a machine: a day of waiting, 64 GiB of text.
const readers: Readonly<Record<string, Reader>> = {
  latency: (value, key) => ({ latency: readNumber(value, key, 86_400_000) }),
  tps: (value, key) => ({ tps: Math.max(readNumber(value, key, 1_000_000), 0.01) }),
  tokens: (value, key) => ({ tokens: readInteger(value, key, 10_000_000) }),
  echo: (value, key) => ({ echo: readFlag(value, key) }),
  error: (value, key) => ({ error: readError(value, key) }),
  retryAfter: (value, key) => ({ retryAfter: readNumber(value, key, 86_400) }),
  errorEvent: (value, key) => ({ errorEvent: readInteger(value ?? '1', key, 1e9) }),
  cut: (value, key) => ({ cut: readInteger(value ?? '1', key, 1e9) }),
  cutHeaders: (value, key) => ({ cutHeaders: readFlag(value, key) }),
  reset: (value, key) => ({ reset: readFlag(value, key) }),
  garbage: (value, key) => ({ garbage: readInteger(value ?? '1', key, 1e9) }),
  hang: (value, key) => ({ hang: readInteger(value ?? '1', key, 1e9) }),
  block: (value, key) => ({ block: readBlock(value, key) }),
  tool: (value, key) => ({ tool: readName(value, key) }),
  parallel: (value, key) => ({ parallel: Math.max(readInteger(value, key, 64), 1) }),
  cached: (value, key) => ({ cached: readInteger(value, key, 1e9) }),
  huge: (value, key) => ({ huge: readInteger(value, key, 64 * 2 ** 30) }),
  slowTrickle: (value, key) => ({
    slowTrickle: Math.max(readInteger(value ?? '7', key, 65_536), 1),
  }),
  noUsage: (value, key) => ({ noUsage: readFlag(value, key) }),
  failEvery: (value, key) => ({ failEvery: Math.max(readInteger(value, key, 1e9), 1) }),
}

/** Reads a script such as `latency=200;tps=50`; throws `BehaviourError` for an unknown key or a bad value. */
export function parseBehaviour(script: string): Behaviour {
  let behaviour: Behaviour = {}
  for (const part of script.split(';')) {
    const text = part.trim()
    if (text === '') continue
    const equals = text.indexOf('=')
    const key = equals < 0 ? text : text.slice(0, equals).trim()
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined
    if (reader === undefined) {
      const meant = nearest(key, Object.keys(readers))
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
      throw new BehaviourError(`Unknown simulation key "${key}".${hint}`)
    }
    const value = equals < 0 ? undefined : text.slice(equals + 1).trim()
    behaviour = { ...behaviour, ...reader(value, key) }
  }
  return behaviour
}

/** Splits a model name from the script that may follow it. */
export function splitModel(name: string): { readonly model: string; readonly script: string } {
  const at = name.indexOf(';')
  return at < 0
    ? { model: name, script: '' }
    : { model: name.slice(0, at), script: name.slice(at + 1) }
}

/**
 * Applies `failEvery`: on the n-th call the faults stay (status 500 when the script names none), on
 * every other call they are taken out. `callNumber` counts from 1.
 */
export function behaviourOfCall(behaviour: Behaviour, callNumber: number): Behaviour {
  const { failEvery, ...always } = behaviour
  if (failEvery === undefined) return behaviour
  const { error, errorEvent, cut, cutHeaders, garbage, hang, ...healthy } = always
  if (callNumber % failEvery !== 0) return healthy
  const faults = [error, errorEvent, cut, cutHeaders, garbage, hang]
  return faults.every((fault) => fault === undefined)
    ? { ...always, error: { status: 500 } }
    : always
}

function readNumber(value: string | undefined, key: string, max: number): number {
  const number = value === undefined || value === '' ? NaN : Number(value)
  if (!(number >= 0 && number <= max)) {
    throw new BehaviourError(`"${key}" needs a number from 0 to ${max}.`)
  }
  return number
}

function readInteger(value: string | undefined, key: string, max: number): number {
  const number = readNumber(value, key, max)
  if (!Number.isInteger(number)) throw new BehaviourError(`"${key}" needs a whole number.`)
  return number
}

function readFlag(value: string | undefined, key: string): boolean {
  if (value === undefined || value === 'true') return true
  if (value === 'false') return false
  throw new BehaviourError(`"${key}" takes no value, or true or false.`)
}

function readBlock(value: string | undefined, key: string): 'prompt' | 'answer' {
  if (value === 'prompt' || value === 'answer') return value
  throw new BehaviourError(`"${key}" needs prompt or answer.`)
}

function readName(value: string | undefined, key: string): string {
  if (value === undefined || value === '') throw new BehaviourError(`"${key}" needs a name.`)
  return value
}

function readError(value: string | undefined, key: string): NonNullable<Behaviour['error']> {
  const [status = '', type] = (value ?? '').split(',')
  const number = readInteger(status, key, 599)
  if (number < 400) throw new BehaviourError(`"${key}" needs a status from 400 to 599.`)
  return type === undefined || type === '' ? { status: number } : { status: number, type }
}
