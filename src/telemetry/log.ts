import type { Clock } from '../core/clock.ts'
import { scrub, ValueRenderer } from './log-value.ts'

/** How severe an entry is, least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Facts beside the message, by name; errors may be among them. Never content. */
export type LogFields = Readonly<Record<string, unknown>>

/** Writes entries for operators. It never throws, and never writes what looks like a secret. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** Returns a logger that adds these fields to every entry. */
  child(fields: LogFields): Logger
}

export interface LoggerOptions {
  readonly level: LogLevel | 'silent'
  readonly format: 'json' | 'text'
  /** Takes one whole entry with its line end. */
  readonly write: (line: string) => void
  readonly clock: Pick<Clock, 'now'>
}

const levels = ['debug', 'info', 'warn', 'error'] as const
/** Names the entry itself uses; fields of the same name get an underscore. */
const ownNames: ReadonlySet<string> = new Set(['time', 'level', 'message'])
const maxLineLength = 16_384

/** Makes a logger. */
export function createLogger(options: LoggerOptions): Logger {
  return withFields(options, {})
}

function withFields(options: LoggerOptions, inherited: LogFields): Logger {
  const threshold = options.level === 'silent' ? levels.length : levels.indexOf(options.level)

  function at(level: LogLevel): (message: string, fields?: LogFields) => void {
    if (levels.indexOf(level) < threshold) return () => {}
    return (message, fields) => writeEntry(options, { level, message }, { ...inherited, ...fields })
  }

  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => withFields(options, { ...inherited, ...fields }),
  }
}

interface Entry {
  readonly level: LogLevel
  readonly message: string
}

function writeEntry(options: LoggerOptions, entry: Entry, fields: LogFields): void {
  try {
    const line = render(options, entry, fields)
    const fits = line.length <= maxLineLength
    options.write(fits ? line : render(options, entry, { truncatedFrom: line.length }))
  } catch {
    // Nobody is left to tell: the log itself is what failed. The gateway has to go on.
  }
}

function render({ format, clock }: LoggerOptions, entry: Entry, fields: LogFields): string {
  const time = new Date(clock.now()).toISOString()
  const message = scrub(entry.message)
  const renderer = new ValueRenderer({ withStack: entry.level === 'error' })
  const rendered: [name: string, value: unknown][] = []
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    rendered.push([ownNames.has(name) ? `${name}_` : name, renderer.field(name, value)])
  }
  if (format === 'json') {
    const { level } = entry
    return JSON.stringify({ time, level, message, ...Object.fromEntries(rendered) }) + '\n'
  }
  const texts = rendered.map(([name, value]) => `${plain(name)}=${asText(value)}`)
  return [time, entry.level.toUpperCase().padEnd(5), plain(message), ...texts].join(' ') + '\n'
}

function asText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value)
}

/** A text that cannot begin a new line or steer a terminal. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what has to go
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
}
