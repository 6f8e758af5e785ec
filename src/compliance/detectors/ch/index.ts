import type { AnyDetector } from '../contract.ts'
import { chAhv } from './ahv.ts'
import { chCompany } from './company.ts'

/** Detectors of Switzerland. */
export const switzerlandDetectors: readonly AnyDetector[] = [chAhv, chCompany]
