import type { AnyDetector } from '../contract.ts'
import { plIdCard } from './id-card.ts'
import { plNip } from './nip.ts'
import { plPesel } from './pesel.ts'
import { plRegon } from './regon.ts'

/** Detectors of Poland. */
export const polandDetectors: readonly AnyDetector[] = [plIdCard, plNip, plPesel, plRegon]
