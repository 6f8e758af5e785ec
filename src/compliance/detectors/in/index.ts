import type { AnyDetector } from '../contract.ts'
import { inAadhaar } from './aadhaar.ts'
import { inGstin } from './gstin.ts'
import { inPan } from './pan.ts'
import { inPassport } from './passport.ts'
import { inVehicleRegistration } from './vehicle-registration.ts'
import { inVoter } from './voter.ts'

/** Detectors of India. */
export const indiaDetectors: readonly AnyDetector[] = [
  inAadhaar,
  inGstin,
  inPan,
  inPassport,
  inVehicleRegistration,
  inVoter,
]
