import type { AnyDetector } from '../contract.ts'
import { nlBsn } from './bsn.ts'
import { nlDocument } from './document.ts'
import { nlPostcode } from './postcode.ts'

/** Detectors of the Netherlands. */
export const netherlandsDetectors: readonly AnyDetector[] = [nlBsn, nlDocument, nlPostcode]
