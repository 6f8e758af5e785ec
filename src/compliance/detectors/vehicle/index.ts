import type { AnyDetector } from '../contract.ts'
import { licencePlate } from './licence-plate.ts'
import { vin } from './vin.ts'

/** Detectors of vehicles. */
export const vehicleDetectors: readonly AnyDetector[] = [licencePlate, vin]
