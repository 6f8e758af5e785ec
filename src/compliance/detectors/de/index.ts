import type { AnyDetector } from '../contract.ts'
import { deCommercialRegister } from './commercial-register.ts'
import { deDrivingLicence } from './driving-licence.ts'
import { deHealthInsurance } from './health-insurance.ts'
import { deIdCard } from './id-card.ts'
import { deLicencePlate } from './licence-plate.ts'
import { dePassport } from './passport.ts'
import { dePhysicianNumber } from './physician-number.ts'
import { dePostcode } from './postcode.ts'
import { dePracticeNumber } from './practice-number.ts'
import { deSocialSecurity } from './social-security.ts'
import { deTaxId } from './tax-id.ts'
import { deTaxNumber } from './tax-number.ts'
import { deVatId } from './vat-id.ts'

/** Detectors of Germany. */
export const germanyDetectors: readonly AnyDetector[] = [
  deCommercialRegister,
  deDrivingLicence,
  deHealthInsurance,
  deIdCard,
  deLicencePlate,
  dePassport,
  dePhysicianNumber,
  dePostcode,
  dePracticeNumber,
  deSocialSecurity,
  deTaxId,
  deTaxNumber,
  deVatId,
]
