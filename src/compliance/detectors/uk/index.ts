import type { AnyDetector } from '../contract.ts'
import { ukBankAccount } from './bank-account.ts'
import { ukDrivingLicence } from './driving-licence.ts'
import { ukNhs } from './nhs.ts'
import { ukNino } from './nino.ts'
import { ukPassport } from './passport.ts'
import { ukPostcode } from './postcode.ts'
import { ukUtr } from './utr.ts'
import { ukVehicleRegistration } from './vehicle-registration.ts'

/** Detectors of the United Kingdom. */
export const unitedKingdomDetectors: readonly AnyDetector[] = [
  ukBankAccount,
  ukDrivingLicence,
  ukNhs,
  ukNino,
  ukPassport,
  ukPostcode,
  ukUtr,
  ukVehicleRegistration,
]
