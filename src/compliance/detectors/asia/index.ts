import type { AnyDetector } from '../contract.ts'
import { cnResidentId } from './cn-resident-id.ts'
import { hkIdentityCard } from './hk-identity-card.ts'
import { ilNationalId } from './il-national-id.ts'
import { jpMyNumber } from './jp-my-number.ts'
import { jpPassport } from './jp-passport.ts'
import { krBrn } from './kr-brn.ts'
import { krDrivingLicence } from './kr-driving-licence.ts'
import { krFrn } from './kr-frn.ts'
import { krPassport } from './kr-passport.ts'
import { krRrn } from './kr-rrn.ts'
import { phTin } from './ph-tin.ts'
import { sgNric } from './sg-nric.ts'
import { sgUen } from './sg-uen.ts'
import { thNationalId } from './th-national-id.ts'
import { trLicencePlate } from './tr-licence-plate.ts'
import { trNationalId } from './tr-national-id.ts'
import { twNationalId } from './tw-national-id.ts'

/** Detectors of Asia and the Near East. */
export const asiaDetectors: readonly AnyDetector[] = [
  cnResidentId,
  hkIdentityCard,
  ilNationalId,
  jpMyNumber,
  jpPassport,
  krBrn,
  krDrivingLicence,
  krFrn,
  krPassport,
  krRrn,
  phTin,
  sgNric,
  sgUen,
  thNationalId,
  trLicencePlate,
  trNationalId,
  twNationalId,
]
