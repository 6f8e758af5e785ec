/** What is known about the place of a value. */
export interface Place {
  /** Distance in code units to the nearest word that speaks for it; `undefined` without one. */
  readonly contextDistance: number | undefined
  /** The text holds little else. */
  readonly alone: boolean
  /** Part of something longer. */
  readonly embedded: boolean
  /** A word such as `order` or `version` says that it is something else. */
  readonly unrelated: boolean
}

const contextGain = 0.35
const leastWithContext = 0.65
const aloneGain = 0.2
const loss = { embedded: 0.35, unrelated: 0.15, regrouped: 0.1 } as const
const nearnessGain = 0.04
const farthest = 64

/** Confidence in a value of a kind, from what it is and where it stands. */
export function scoreOf(base: number, place: Place): number {
  let score = base
  if (place.contextDistance !== undefined) {
    const nearness = 1 - Math.min(place.contextDistance, farthest) / farthest
    score = Math.max(base + contextGain, leastWithContext) + nearnessGain * nearness
  } else {
    if (place.alone) score += aloneGain
    if (place.unrelated) score -= loss.unrelated
  }
  if (place.embedded) score -= loss.embedded
  return Math.round(Math.min(0.99, Math.max(0, score)) * 100) / 100
}

/** Confidence in a value whose groups no format names. */
export function regroupedScore(base: number): number {
  return Math.max(0, base - loss.regrouped)
}

/** Words that say a number near them is none of a person's. */
export const unrelatedWords: readonly string[] = [
  'order',
  'invoice',
  'ticket',
  'tracking',
  'sku',
  'version',
  'build',
  'commit',
  'isbn',
  'issn',
  'doi',
  'checksum',
  'uuid',
  'timestamp',
  'epoch',
  'unix time',
  'serial',
  'part number',
  'item',
  'batch',
  'population',
  'milliseconds',
  'bytes',
  'offset',
  'pid',
  'bestellnummer',
  'rechnung',
  'commande',
  'facture',
  'pedido',
  'factura',
  'ordine',
  'fattura',
]
