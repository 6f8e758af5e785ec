/** A part of a text: literal, or a reference to be resolved. */
export type TextPart =
  | { readonly type: 'literal'; readonly text: string }
  | {
      readonly type: 'env'
      readonly name: string
      readonly fallback: string | undefined
      readonly source: string
    }
  | { readonly type: 'file'; readonly path: string; readonly source: string }

/** What `splitText` found: the parts, or what is wrong and where in the text. */
export type SplitText =
  | { readonly isValid: true; readonly parts: readonly TextPart[] }
  | {
      readonly isValid: false
      readonly at: number
      readonly message: string
      readonly hint: string
    }

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/
const known =
  'known are ${env:NAME}, ${env:NAME:-default} and ${file:/path}; write $${ for a literal ${'

/**
 * Splits a text at its references `${env:NAME}`, `${env:NAME:-default}` and `${file:path}`.
 * `$${` stands for a literal `${`. References do not nest.
 */
export function splitText(text: string): SplitText {
  const parts: TextPart[] = []
  let literal = ''
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0) break
    if (text.startsWith('$${', dollar)) {
      literal += text.slice(at, dollar) + '${'
      at = dollar + 3
      continue
    }
    if (text[dollar + 1] !== '{') {
      literal += text.slice(at, dollar + 1)
      at = dollar + 1
      continue
    }
    const end = text.indexOf('}', dollar)
    if (end < 0) {
      return { isValid: false, at: dollar, message: 'a reference ${ is not closed', hint: known }
    }
    const part = readReference(text.slice(dollar, end + 1))
    if (typeof part === 'string') return { isValid: false, at: dollar, message: part, hint: known }
    literal += text.slice(at, dollar)
    if (literal !== '') parts.push({ type: 'literal', text: literal })
    literal = ''
    parts.push(part)
    at = end + 1
  }
  literal += text.slice(at)
  if (literal !== '') parts.push({ type: 'literal', text: literal })
  return { isValid: true, parts }
}

/** Tells whether a text holds a reference or something that looks like one. */
export function hasReference(text: string): boolean {
  const split = splitText(text)
  return !split.isValid || split.parts.some((part) => part.type !== 'literal')
}

/** Writes parts as people may see them: the names of variables and files, never a default. */
export function describeParts(parts: readonly TextPart[]): string {
  return parts.map(describePart).join('')
}

/** Names only the references of a text, for messages: what stands between them could be a secret too. */
export function nameReferences(parts: readonly TextPart[]): string {
  return parts
    .filter((part) => part.type !== 'literal')
    .map(describePart)
    .join(' and ')
}

function describePart(part: TextPart): string {
  if (part.type === 'literal') return part.text
  const hasDefault = part.type === 'env' && (part.fallback ?? '') !== ''
  return hasDefault ? `\${env:${part.name}:-…}` : part.source
}

function readReference(source: string): TextPart | string {
  const body = source.slice(2, -1)
  const colon = body.indexOf(':')
  const kind = body.slice(0, Math.max(0, colon))
  const rest = body.slice(colon + 1)
  if (kind === 'env') return readVariable(rest, source)
  if (kind === 'file') {
    return rest === '' ? 'a reference names no file' : { type: 'file', path: rest, source }
  }
  return 'unknown kind of reference'
}

function readVariable(rest: string, source: string): TextPart | string {
  const dash = rest.indexOf(':-')
  const name = dash < 0 ? rest : rest.slice(0, dash)
  if (!variableName.test(name)) return 'a reference names no valid environment variable'
  return { type: 'env', name, fallback: dash < 0 ? undefined : rest.slice(dash + 2), source }
}
