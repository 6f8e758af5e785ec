import type { AnyDetector } from '../contract.ts'
import { ngNin } from './ng-nin.ts'
import { ngVehicleRegistration } from './ng-vehicle-registration.ts'
import { zaId } from './za-id.ts'

/** Detectors of Africa. */
export const africaDetectors: readonly AnyDetector[] = [ngNin, ngVehicleRegistration, zaId]
