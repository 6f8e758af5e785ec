/** Media types of the formats Bedrock names by a word. */
const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
}

const documentTypes: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  html: 'text/html',
  txt: 'text/plain',
  md: 'text/markdown',
}

const imageFormats = invert(imageTypes)
const documentFormats = invert(documentTypes)

/** Formats of audio that Bedrock takes. */
export const audioFormats: ReadonlySet<string> = new Set(
  'aac flac m4a mka mkv mp3 mp4 mpeg mpga ogg opus pcm wav webm x-aac'.split(' '),
)

/** Returns the media type of one of Bedrock's image formats. */
export function imageTypeOf(format: string): string | undefined {
  return Object.hasOwn(imageTypes, format) ? imageTypes[format] : undefined
}

/** Returns the media type of one of Bedrock's document formats. */
export function documentTypeOf(format: string): string | undefined {
  return Object.hasOwn(documentTypes, format) ? documentTypes[format] : undefined
}

/** Returns Bedrock's word for a media type of images; `undefined` for those it does not take. */
export function imageFormatOf(mediaType: string): string | undefined {
  const type = essenceOf(mediaType)
  return type === 'image/jpg' ? 'jpeg' : imageFormats.get(type)
}

/** Returns Bedrock's word for a media type of documents; other text is taken as plain text. */
export function documentFormatOf(mediaType: string): string | undefined {
  const type = essenceOf(mediaType)
  const isText = type.startsWith('text/') || type === 'application/json'
  return documentFormats.get(type) ?? (isText ? 'txt' : undefined)
}

/** Returns the bucket and key of an `s3://` address as one text, or `undefined` for other addresses. */
export function s3UriOf(url: string): string | undefined {
  return /^s3:\/\/./i.test(url) ? url : undefined
}

/** Returns the word for a file that is named by its ending alone. */
export function formatOfName(name: string, isImage: boolean): string | undefined {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  const types = isImage ? imageTypes : documentTypes
  if (isImage && ending === 'jpg') return 'jpeg'
  return Object.hasOwn(types, ending) ? ending : undefined
}

function essenceOf(mediaType: string): string {
  const end = mediaType.indexOf(';')
  return (end < 0 ? mediaType : mediaType.slice(0, end)).trim().toLowerCase()
}

function invert(types: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(types).map(([format, type]) => [type, format]))
}
