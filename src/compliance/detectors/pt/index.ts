import type { AnyDetector } from '../contract.ts'
import { ptCitizenCard } from './citizen-card.ts'
import { ptNif } from './nif.ts'

/** Detectors of Portugal. */
export const portugalDetectors: readonly AnyDetector[] = [ptCitizenCard, ptNif]
