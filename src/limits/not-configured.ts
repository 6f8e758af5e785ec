/** The limits stage of a gateway without limits: every call gets its share, nothing is counted. */
export const limitsNotConfigured = {
  reserve() {
    return unlimited
  },
}

const unlimited = {
  settle(): void {
    // There is nothing to give back.
  },
}
