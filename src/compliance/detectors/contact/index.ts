import type { AnyDetector } from '../contract.ts'
import { email } from './email.ts'
import { phone } from './phone.ts'

/** Detectors of ways to reach a person. */
export const contactDetectors: readonly AnyDetector[] = [email, phone]
