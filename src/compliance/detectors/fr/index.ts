import type { AnyDetector } from '../contract.ts'
import { frCompany } from './company.ts'
import { frIdCard } from './id-card.ts'
import { frNir } from './nir.ts'
import { frPassport } from './passport.ts'
import { frTaxId } from './tax-id.ts'

/** Detectors of France. */
export const franceDetectors: readonly AnyDetector[] = [
  frCompany,
  frIdCard,
  frNir,
  frPassport,
  frTaxId,
]
