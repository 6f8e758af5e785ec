import type { AnyDetector } from '../contract.ts'
import { esCif } from './cif.ts'
import { esNie } from './nie.ts'
import { esNif } from './nif.ts'
import { esPassport } from './passport.ts'
import { esSocialSecurity } from './social-security.ts'

/** Detectors of Spain. */
export const spainDetectors: readonly AnyDetector[] = [
  esCif,
  esNie,
  esNif,
  esPassport,
  esSocialSecurity,
]
