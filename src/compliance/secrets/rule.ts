/** What policies call the kinds of secrets. */
export type SecretLabel =
  | 'private-key'
  | 'cloud-key'
  | 'api-token'
  | 'payment-key'
  | 'access-token'
  | 'webhook-url'
  | 'connection-string'
  | 'password'
  | 'credential'

/** A token that is known by how it begins and which characters follow. */
export interface TokenRule {
  /** Names the rule in findings, such as `github-token`. */
  readonly id: string
  readonly label: SecretLabel
  /** How tokens begin, in the case they are written in. */
  readonly prefixes: readonly string[]
  /** Source of a regular expression for what follows a prefix; character classes with bounds only. */
  readonly shape: string
  /** The same for what stands before the prefix, where the fixed characters are in the midst of the token. */
  readonly before?: string
  /** Least Shannon entropy of what follows the prefix, in bits for each character. */
  readonly minEntropy: number
  /** Confidence of a token whose checksum is not known. */
  readonly score: number
  /** Words one of which must stand within the 60 characters before the token. */
  readonly near?: readonly string[]
  /** Tells whether the checksum inside the token fits; a token that fits is certain. */
  readonly checksum?: (token: string) => boolean
  /** Takes what follows the prefix even where it looks like a placeholder. */
  readonly acceptsPlaceholders?: boolean
}

/** What may be said about a rule beside its name, beginning and shape. */
export type TokenRuleOptions = Partial<Omit<TokenRule, 'id' | 'prefixes' | 'shape'>>

/** Makes a rule with the usual least entropy and confidence. */
export function token(
  id: string,
  prefixes: string | readonly string[],
  shape: string,
  options: TokenRuleOptions = {},
): TokenRule {
  return {
    id,
    label: 'api-token',
    prefixes: typeof prefixes === 'string' ? [prefixes] : prefixes,
    shape,
    minEntropy: 2.8,
    score: 0.9,
    ...options,
  }
}

/** A secret that was seen: which rule saw it, and where. */
export interface SecretSighting {
  readonly label: SecretLabel
  readonly rule: string
  readonly start: number
  readonly end: number
  readonly score: number
}
