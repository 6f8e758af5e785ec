import type { AttachmentFact } from '../../core/facts.ts'
import { isTextType } from './encoded.ts'

/** What a file is: `text` can be read here, everything else cannot. */
export type FileKind = AttachmentFact['type'] | 'text'

const documentTypes =
  /^(?:application\/(?:pdf|rtf|msword|epub\+zip|postscript|vnd\.(?:ms-|openxmlformats-|oasis\.opendocument|apple\.)[\w.+-]*)|text\/rtf)/i
const mediaTypes = /^(image|audio|video)\//i
/** Types that say nothing. */
const vague = /^(?:application\/(?:octet-stream|binary|x-www-form-urlencoded)|binary\/.*)?$/i

/** Returns what a media type says about a file; `undefined` for a type that says nothing. */
export function kindOfMediaType(mediaType: string): FileKind | undefined {
  const type = (mediaType.split(';', 1)[0] ?? '').trim()
  if (vague.test(type)) return undefined
  if (documentTypes.test(type)) return 'document'
  if (/^image\/svg/i.test(type) || isTextType(type) || textual.test(type)) return 'text'
  const media = mediaTypes.exec(type)?.[1]?.toLowerCase()
  return media === 'image' || media === 'audio' || media === 'video' ? media : 'file'
}

const textual =
  /^(?:message\/|application\/(?:jsonl|json-lines|x-jsonl|jsonlines|x-ndjson|toml|x-toml|graphql|typescript|ecmascript|x-(?:sh|php|python|perl|ruby|tex|sql|httpd-php|javascript|subrip)|ld\+json))/i

const extensions: ReadonlyMap<string, FileKind> = new Map<string, FileKind>(
  (
    [
      ['image', 'png jpg jpeg gif webp bmp tif tiff heic heif avif ico'],
      ['audio', 'mp3 wav flac ogg oga opus m4a aac wma aiff mpga pcm'],
      ['video', 'mp4 mpeg mov avi mkv webm wmv m4v'],
      ['document', 'pdf doc docx ppt pptx xls xlsx odt ods odp rtf epub pages numbers key ps'],
      ['file', 'zip gz tgz tar bz2 xz zst 7z rar parquet arrow avro sqlite db bin exe dll so'],
      ['text', 'txt md markdown csv tsv json jsonl ndjson html htm xml svg yaml yml toml ini cfg'],
      ['text', 'conf env log eml srt vtt sql tex rst js mjs cjs ts tsx jsx py rb go rs java kt c'],
      ['text', 'h cpp hpp cc cs php sh bash ps1 swift scala r pl lua css scss vue diff patch'],
    ] as const satisfies readonly (readonly [FileKind, string])[]
  ).flatMap(([kind, names]) => names.split(' ').map((name): [string, FileKind] => [name, kind])),
)

/** Returns what the name of a file says about it. */
export function kindOfName(name: string): FileKind | undefined {
  return extensions.get(extensionOf(name))
}

/** The end of a file's name behind its last full stop, in lower case; `''` where it has none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase()
}

const magics: readonly (readonly [hex: string, kind: FileKind])[] = [
  ['89504e470d0a1a0a', 'image'],
  ['ffd8ff', 'image'],
  ['474946383761', 'image'],
  ['474946383961', 'image'],
  ['49492a00', 'image'],
  ['4d4d002a', 'image'],
  ['494433', 'audio'],
  ['fffb', 'audio'],
  ['fff3', 'audio'],
  ['4f676753', 'audio'],
  ['664c6143', 'audio'],
  ['1a45dfa3', 'video'],
  ['255044462d', 'document'],
  ['2521505321', 'document'],
  ['252150532d', 'document'],
  ['7b5c727466', 'document'],
  ['d0cf11e0a1b11ae1', 'document'],
  ['504b0304', 'file'],
  ['504b0506', 'file'],
  ['1f8b', 'file'],
  ['425a68', 'file'],
  ['fd377a585a00', 'file'],
  ['28b52ffd', 'file'],
  ['377abcaf271c', 'file'],
  ['526172211a07', 'file'],
  ['50415231', 'file'],
  ['53514c69746520666f726d6174203300', 'file'],
]
/** The text of a PDF may begin a little behind the start. */
const searchedBytes = 1024

/** Returns what the first bytes of a file say about it; `undefined` where they are those of no known format. */
export function kindOfBytes(bytes: Uint8Array): FileKind | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, searchedBytes))
  const hex = head.toString('hex', 0, 16)
  const kind = magics.find(([magic]) => hex.startsWith(magic))?.[1]
  if (kind !== undefined) return kind
  const container = head.toString('latin1', 0, 12)
  if (container.startsWith('RIFF')) return riffKinds.get(container.slice(8)) ?? 'file'
  if (container.slice(4, 8) === 'ftyp') return 'video'
  return head.includes('%PDF-') ? 'document' : undefined
}

const riffKinds: ReadonlyMap<string, FileKind> = new Map<string, FileKind>([
  ['WAVE', 'audio'],
  ['WEBP', 'image'],
  ['AVI ', 'video'],
])
