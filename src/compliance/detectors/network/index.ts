import type { AnyDetector } from '../contract.ts'
import { ipAddress } from './ip-address.ts'
import { macAddress } from './mac-address.ts'
import { urlCredentials } from './url-credentials.ts'
import { url } from './url.ts'

/** Detectors of networks. */
export const networkDetectors: readonly AnyDetector[] = [ipAddress, macAddress, urlCredentials, url]
