import type { AnyDetector } from '../contract.ts'
import { beNationalNumber } from './national-number.ts'

/** Detectors of Belgium. */
export const belgiumDetectors: readonly AnyDetector[] = [beNationalNumber]
