import type { AnyDetector } from '../contract.ts'
import { atSocialSecurity } from './social-security.ts'

/** Detectors of Austria. */
export const austriaDetectors: readonly AnyDetector[] = [atSocialSecurity]
