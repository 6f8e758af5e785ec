/** Who a call is made for. Immutable; built by `identity/` and believed by everything after it. */
export interface Principal {
  readonly id: string
  readonly kind: 'user' | 'service' | 'agent'
  readonly tenant: string
  readonly department?: string
  readonly groups: readonly string[]
  /** What the caller is to the organisation, such as `trader`; rules of policies may ask for it. */
  readonly roles?: readonly string[]
  readonly tier?: string
  /** Name of the authenticator that vouched for the caller, such as `key`. */
  readonly authenticatedBy: string
  readonly product?: string
  /** Id of the virtual key, never the key itself. */
  readonly keyId?: string
  /** Name patterns of models this principal may ask for (`gpt-*`, `*`). Empty means none. */
  readonly models: readonly string[]
}
