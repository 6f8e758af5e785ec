import type { BinarySource } from '../neutral.ts'
import { refuse } from './fields.ts'

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*?)(;base64)?,/i

/** Reads a URL as a source; `data:` URLs (RFC 2397) become base64 sources. */
export function readUrlSource(url: string, path: string): BinarySource {
  if (!/^data:/i.test(url)) return { type: 'url', url }
  // Only the head is matched: the data may be megabytes long.
  const head = dataUrl.exec(url.slice(0, 512))
  if (head === null) return refuse(path, 'a URL or a data: URL')
  const data = url.slice(head[0].length)
  const mediaType = (head[1] ?? '').toLowerCase() || 'text/plain'
  if (head[3] !== undefined) return { type: 'base64', mediaType, data }
  return { type: 'base64', mediaType, data: Buffer.from(decode(data, path)).toString('base64') }
}

/** Writes a base64 source as a `data:` URL. */
export function writeDataUrl(source: {
  readonly mediaType: string
  readonly data: string
}): string {
  return `data:${source.mediaType};base64,${source.data}`
}

function decode(text: string, path: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // The error would quote the text; the path says enough.
    return refuse(path, 'a data: URL with valid percent encoding')
  }
}
