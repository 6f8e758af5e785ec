import type { AnyDetector } from '../contract.ts'
import { caHealthCard } from './health-card.ts'
import { caPostalCode } from './postal-code.ts'
import { caSin } from './sin.ts'

/** Detectors of Canada. */
export const canadaDetectors: readonly AnyDetector[] = [caHealthCard, caPostalCode, caSin]
