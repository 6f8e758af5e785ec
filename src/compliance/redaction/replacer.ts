/** Makes what stands in the place of a text that was found; equal texts get equal replacements. */
export type Replacer = (label: string, text: string) => string

/** Longest name within a placeholder. */
export const maxNameLength = 64

/** Writes a label as it stands in a placeholder: `payment-card` as `PAYMENT_CARD`. */
export function placeholderName(label: string): string {
  const name = label.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
  const trimmed = name.replaceAll(/^_+|_+$/g, '')
  return (/^[A-Z]/.test(trimmed) ? trimmed : `X_${trimmed}`).slice(0, maxNameLength)
}
