/**
 * What a question must be like for a rule to hold. Every member that is there must hold; of a list one
 * entry is enough. Entries may hold `*` for any run of characters.
 */
export interface Condition {
  /** Words of the request header `x-smartflow-tags`. */
  readonly tags?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly departments?: readonly string[] | undefined
  readonly tenants?: readonly string[] | undefined
  readonly products?: readonly string[] | undefined
  /** Labels that compliance put on the content. */
  readonly labels?: readonly string[] | undefined
  /** Estimated size of the prompt. */
  readonly minPromptTokens?: number | undefined
  readonly maxPromptTokens?: number | undefined
}
