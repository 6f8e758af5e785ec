import { cutText, visible } from './bounds.ts'
import { fieldsOf, joinWithin } from './fields.ts'
import type { Severity, EventView } from './view.ts'

/** How messages of syslog look. */
export interface SyslogOptions {
  /** Private enterprise number of the operator, for the id of the structured data; 32473 is for documentation. */
  readonly enterpriseNumber: number
  /** Facility from 0 to 23; 13 is for audit logs, 16 to 23 are free for local use. */
  readonly facility: number
  readonly appName: string
  /** Bytes of a whole message; receivers take 2,048 of them, most 8,192. At least 1,024, and 2,048 with a body. */
  readonly maxBytes: number
  /** Makes the text of a message of at most so many bytes, such as CEF; the event's sentence when absent. */
  readonly body?: (view: EventView, maxBytes: number) => string
}

// RFC 5424 §6.2.1
const severityNumbers = {
  informational: 6,
  low: 5,
  medium: 4,
  high: 3,
  critical: 2,
} as const satisfies Record<Severity, number>

const byteOrderMark = '\ufeff'
const leastBytes = 1_024
const leastBytesWithBody = 2_048

/**
 * Writes an event as a message of syslog (RFC 5424), without a frame. Who, what and which stand in the
 * structured data; where a body of its own is asked for, only the id and the kind do. A text that is not ASCII
 * begins with the byte order mark of §6.4. What has no room is left out, and `isCut="true"` tells of it.
 */
export function encodeSyslog(view: EventView, options: SyslogOptions): string {
  const { body, enterpriseNumber } = options
  const maxBytes = Math.max(options.maxBytes, body === undefined ? leastBytes : leastBytesWithBody)
  const head = headOf(view, options)
  const id = `smartflow@${Math.trunc(enterpriseNumber)}`
  const params = fieldsOf(view).map(({ name, value }) => `${name}="${escapeParam(String(value))}"`)
  if (body !== undefined) {
    const data = `[${[id, ...params.slice(0, 2)].join(' ')}]`
    const used = Buffer.byteLength(`${head} ${data} ${byteOrderMark}`)
    return `${head} ${data} ${marked(inOneLine(body(view, maxBytes - used)))}`
  }
  const message = marked(visible(view.message))
  const room = maxBytes - Buffer.byteLength(`${head} [] ${message}`)
  const data = joinWithin([id, ...params], {
    separator: ' ',
    mark: 'isCut="true"',
    maxBytes: room,
  })
  return `${head} [${data}] ${message}`
}

/** Puts the length of a message before it: octet counting, RFC 6587 §3.4.1 and RFC 5425 §4.3. */
export function frameSyslog(message: string): Buffer {
  const bytes = Buffer.from(message)
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes])
}

function headOf(view: EventView, { facility, appName }: SyslogOptions): string {
  const priority =
    Math.min(23, Math.max(0, Math.trunc(facility))) * 8 + severityNumbers[view.severity]
  const names = [
    header(view.origin.host, 255),
    header(appName, 48),
    // There is one gateway of a name on a host: no process is told.
    '-',
    header(view.kind, 32),
  ]
  return `<${priority}>1 ${timestamp(view.at)} ${names.join(' ')}`
}

const maxTime = 8.64e15

/** A time as RFC 3339 has it; `-`, the NILVALUE, for none that can be written so. */
function timestamp(at: number): string {
  if (Math.abs(at) > maxTime) return '-'
  const text = new Date(at).toISOString()
  return text.length === 24 ? text : '-'
}

/** A field of the header: printable ASCII without spaces, and `-` for nothing. */
function header(text: string, maxLength: number): string {
  return text.replace(/[^!-~]/g, '_').slice(0, maxLength) || '-'
}

/** RFC 5424 §6.3.3: a quotation mark, a backslash and a closing bracket are escaped. */
function escapeParam(text: string): string {
  return text.replace(/["\\\]]/g, '\\$&')
}

/** Keeps tabs, which delimit the attributes of LEEF. */
function inOneLine(text: string): string {
  return text.split('\t').map(visible).join('\t')
}

function marked(text: string): string {
  const isAscii = /^[\t -~]*$/.test(text)
  return isAscii ? text : byteOrderMark + text
}

/** Writes the text of a message as flat JSON of at most so many bytes: what has no room is left out. */
export function encodeFlatJson(view: EventView, maxBytes: number): string {
  const members = fieldsOf(view).map(
    ({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  )
  const message = `"message":${JSON.stringify(cutText(visible(view.message), 256))}`
  return `{${joinWithin([...members, message], {
    separator: ',',
    mark: '"isCut":"true"',
    maxBytes: maxBytes - 2,
  })}}`
}
