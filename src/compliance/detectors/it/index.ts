import type { AnyDetector } from '../contract.ts'
import { itDrivingLicence } from './driving-licence.ts'
import { itFiscalCode } from './fiscal-code.ts'
import { itIdCard } from './id-card.ts'
import { itPassport } from './passport.ts'
import { itVat } from './vat.ts'

/** Detectors of Italy. */
export const italyDetectors: readonly AnyDetector[] = [
  itDrivingLicence,
  itFiscalCode,
  itIdCard,
  itPassport,
  itVat,
]
