import type { AnyDetector } from '../contract.ts'
import { age } from './age.ts'
import { dateOfBirth } from './date-of-birth.ts'
import { date } from './date.ts'

/** Detectors of dates and ages. */
export const timeDetectors: readonly AnyDetector[] = [age, dateOfBirth, date]
