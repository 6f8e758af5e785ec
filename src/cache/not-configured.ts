/** The cache stage of a gateway without a cache: nothing is found, nothing is kept. */
export const cacheNotConfigured = {
  find(): undefined {
    return undefined
  },
  keep(): void {
    // Nothing is kept.
  },
}
