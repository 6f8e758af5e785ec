import type { AnyDetector } from '../contract.ts'
import { usBankAccount } from './bank-account.ts'
import { usBankRouting } from './bank-routing.ts'
import { usDea } from './dea.ts'
import { usDrivingLicence } from './driving-licence.ts'
import { usEin } from './ein.ts'
import { usItin } from './itin.ts'
import { usMedicareBeneficiary } from './medicare-beneficiary.ts'
import { usNpi } from './npi.ts'
import { usPassport } from './passport.ts'
import { usSsn } from './ssn.ts'
import { usZipCode } from './zip-code.ts'

/** Detectors of the United States. */
export const unitedStatesDetectors: readonly AnyDetector[] = [
  usBankAccount,
  usBankRouting,
  usDea,
  usDrivingLicence,
  usEin,
  usItin,
  usMedicareBeneficiary,
  usNpi,
  usPassport,
  usSsn,
  usZipCode,
]
