import type { AnyDetector } from './contract.ts'
import { africaDetectors } from './africa/index.ts'
import { asiaDetectors } from './asia/index.ts'
import { austriaDetectors } from './at/index.ts'
import { belgiumDetectors } from './be/index.ts'
import { canadaDetectors } from './ca/index.ts'
import { switzerlandDetectors } from './ch/index.ts'
import { contactDetectors } from './contact/index.ts'
import { germanyDetectors } from './de/index.ts'
import { spainDetectors } from './es/index.ts'
import { europeDetectors } from './europe/index.ts'
import { financeDetectors } from './finance/index.ts'
import { franceDetectors } from './fr/index.ts'
import { healthDetectors } from './health/index.ts'
import { irelandDetectors } from './ie/index.ts'
import { indiaDetectors } from './in/index.ts'
import { italyDetectors } from './it/index.ts'
import { latinAmericaDetectors } from './latin-america/index.ts'
import { networkDetectors } from './network/index.ts'
import { netherlandsDetectors } from './nl/index.ts'
import { nordicDetectors } from './nordic/index.ts'
import { oceaniaDetectors } from './oceania/index.ts'
import { polandDetectors } from './pl/index.ts'
import { portugalDetectors } from './pt/index.ts'
import { timeDetectors } from './time/index.ts'
import { unitedKingdomDetectors } from './uk/index.ts'
import { unitedStatesDetectors } from './us/index.ts'
import { vehicleDetectors } from './vehicle/index.ts'

export { findAll, partOfNormal, resolve, sightingsIn } from './find-all.ts'
export { renderDetectorReference } from './reference.ts'
export { createScanner } from './scanner.ts'
export type { ScanResult, Scanner, TextPart } from './scanner.ts'
export type { AnyDetector, FormatDetector, Trigger, TriggerDetector } from './contract.ts'

/** All built-in detectors of identifiers. A new one is a file and a line in the index of its folder. */
export const identifierDetectors: readonly AnyDetector[] = [
  ...financeDetectors,
  ...contactDetectors,
  ...networkDetectors,
  ...timeDetectors,
  ...vehicleDetectors,
  ...healthDetectors,
  ...unitedStatesDetectors,
  ...unitedKingdomDetectors,
  ...germanyDetectors,
  ...franceDetectors,
  ...spainDetectors,
  ...italyDetectors,
  ...portugalDetectors,
  ...netherlandsDetectors,
  ...belgiumDetectors,
  ...irelandDetectors,
  ...austriaDetectors,
  ...switzerlandDetectors,
  ...polandDetectors,
  ...nordicDetectors,
  ...canadaDetectors,
  ...oceaniaDetectors,
  ...indiaDetectors,
  ...asiaDetectors,
  ...latinAmericaDetectors,
  ...africaDetectors,
  ...europeDetectors,
]
