import type { AnyDetector } from '../contract.ts'
import { dkCpr } from './dk-cpr.ts'
import { fiPersonalCode } from './fi-personal.ts'
import { noBirthNumber } from './no-birth-number.ts'
import { seOrganisationNumber } from './se-organisation.ts'
import { sePersonalNumber } from './se-personal.ts'

/** Detectors of the Nordic countries. */
export const nordicDetectors: readonly AnyDetector[] = [
  dkCpr,
  fiPersonalCode,
  noBirthNumber,
  seOrganisationNumber,
  sePersonalNumber,
]
