/** Strict readers of what the encoders write. Each throws on the first character that is not as its format says. */

/** A message of syslog, read. */
export interface ParsedSyslog {
  readonly priority: number
  readonly timestamp: string
  readonly host: string
  readonly appName: string
  readonly messageId: string
  readonly id: string
  readonly params: readonly (readonly [name: string, value: string])[]
  readonly message: string
}

/** Reads one message as RFC 5424 §6 has it, with one element of structured data. */
export function parseSyslog(text: string): ParsedSyslog {
  const head =
    /^<(\d{1,3})>1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) ([!-~]{1,255}) ([!-~]{1,48}) - ([!-~]{1,32}) \[([^\s=\]"]{1,32})/u.exec(
      text,
    )
  if (head === null) throw new Error(`no header: ${text.slice(0, 100)}`)
  const [whole, priority = '', timestamp = '', host = '', appName = '', messageId = '', id = ''] =
    head
  const params: [string, string][] = []
  let at = whole.length
  while (text[at] !== ']') {
    const param = / ([!#-<>-\\^-~]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/uy
    param.lastIndex = at
    const [read, name = '', value = ''] = param.exec(text) ?? []
    if (read === undefined) throw new Error(`no parameter at ${at}: ${text.slice(at, at + 80)}`)
    params.push([name, value.replace(/\\(["\\\]])/gu, '$1')])
    at += read.length
  }
  if (text[at + 1] !== ' ') throw new Error('more than one element')
  return {
    priority: Number(priority),
    timestamp,
    host,
    appName,
    messageId,
    id,
    params,
    message: text.slice(at + 2),
  }
}

/** Reads frames with octet counting. */
export function parseFrames(bytes: Buffer): readonly string[] {
  const messages: string[] = []
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const length = bytes.toString('latin1', at, space)
    if (!/^[1-9]\d*$/.test(length)) throw new Error(`no length at ${at}`)
    const end = space + 1 + Number(length)
    if (end > bytes.length) throw new Error('the frame is short')
    messages.push(bytes.toString('utf8', space + 1, end))
    at = end
  }
  return messages
}

/** A line of CEF or LEEF, read. */
export interface ParsedLine {
  readonly header: readonly string[]
  readonly fields: readonly (readonly [key: string, value: string])[]
}

/** Reads a line of CEF 0. */
export function parseCef(line: string): ParsedLine {
  refuseControls(line)
  const header: string[] = []
  let rest = line
  for (let index = 0; index < 7; index++) {
    const [read, value = ''] = /^((?:[^\\|]|\\[\\|])*)\|/u.exec(rest) ?? []
    if (read === undefined) throw new Error(`no header field ${index}: ${rest.slice(0, 80)}`)
    header.push(value.replace(/\\([\\|])/gu, '$1'))
    rest = rest.slice(read.length)
  }
  const fields: [string, string][] = []
  // A key is what stands before an equals sign that is not escaped; its value goes on until the next key.
  const pattern =
    /(?:^| )([A-Za-z][A-Za-z0-9]*)=((?:[^\\=]|\\[\\=nr])*?)(?= [A-Za-z][A-Za-z0-9]*=|$)/uy
  while (pattern.lastIndex < rest.length) {
    const at = pattern.lastIndex
    const [read, key = '', value = ''] = pattern.exec(rest) ?? []
    if (read === undefined) throw new Error(`no extension at ${at}: ${rest.slice(at, at + 80)}`)
    const meant: Readonly<Record<string, string>> = { n: '\n', r: '\r' }
    fields.push([key, value.replace(/\\(.)/gu, (_, escaped: string) => meant[escaped] ?? escaped)])
  }
  return { header, fields }
}

/** Reads a line of LEEF 2.0 whose delimiter is the tab. */
export function parseLeef(line: string): ParsedLine {
  refuseControls(line.replaceAll('\t', ''))
  const header = line.split('|', 6)
  if (header[0] !== 'LEEF:2.0' || header[5] !== 'x09') throw new Error('no header')
  const rest = line.slice(header.join('|').length + 1)
  const fields = rest.split('\t').map((pair): [string, string] => {
    const end = pair.indexOf('=')
    if (!/^[A-Za-z]+$/.test(pair.slice(0, Math.max(end, 0)))) throw new Error(`no key: ${pair}`)
    return [pair.slice(0, end), pair.slice(end + 1)]
  })
  return { header, fields }
}

/** Throws for text in which a reader could see the end of a line, or anything else that is not seen. */
export function refuseControls(text: string): void {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) throw new Error('a control character')
}
