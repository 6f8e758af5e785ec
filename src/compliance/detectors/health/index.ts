import type { AnyDetector } from '../contract.ts'
import { medicalRecordNumber } from './medical-record-number.ts'

/** Detectors of health records. */
export const healthDetectors: readonly AnyDetector[] = [medicalRecordNumber]
