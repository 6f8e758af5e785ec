/** How much of a value may still be seen: signs at its beginning and at its end. */
interface Kept {
  readonly start: number
  readonly end: number
}

const nothing: Kept = { start: 0, end: 0 }
const keptOf: Readonly<Record<string, Kept>> = {
  'payment-card': { start: 0, end: 4 },
  iban: { start: 2, end: 4 },
  phone: { start: 0, end: 2 },
}

/** Letters and digits, with the marks that belong to them, and what stands for them once they are masked. */
const sign = /(?:[\p{L}\p{N}]|\*)\p{M}*/gu

/**
 * Masks a value and keeps its format: separators stay, each letter and digit becomes `*`. Of cards,
 * accounts, phone numbers and e-mail addresses people still recognise their own: `**** **** **** 1881`.
 */
export function maskText(label: string, text: string): string {
  if (label === 'email') return maskEmail(text)
  const { start, end } = keptOf[label] ?? nothing
  const count = text.match(sign)?.length ?? 0
  // Of a short value nothing is left to hide beside what would be kept.
  const keeps = count >= 2 * (start + end)
  let index = 0
  return text.replaceAll(sign, (each) => {
    const isKept = keeps && (index < start || index >= count - end)
    index += 1
    return isKept ? each : '*'
  })
}

/** Keeps the first letter and the top-level domain. */
function maskEmail(text: string): string {
  const at = text.lastIndexOf('@')
  const dot = text.lastIndexOf('.')
  if (at < 1 || dot < at) return text.replaceAll(sign, '*')
  const [first = ''] = text
  const hidden = text.slice(first.length, dot).replaceAll(sign, '*')
  return first + hidden + text.slice(dot)
}
