import type { ComplianceAdministration } from '../index.ts'

/** Compliance that nobody tries, for tests of other parts of the admin API. */
export const notTried: ComplianceAdministration = {
  current: () => {
    throw new Error('nothing is tried here')
  },
  use: () => Promise.reject(new Error('nothing is tried here')),
  keys: () => [],
  formats: [],
  maxBodyBytes: () => 0,
  newScanId: () => 'scan_1',
}
