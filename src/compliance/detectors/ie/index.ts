import type { AnyDetector } from '../contract.ts'
import { iePps } from './pps.ts'

/** Detectors of Ireland. */
export const irelandDetectors: readonly AnyDetector[] = [iePps]
