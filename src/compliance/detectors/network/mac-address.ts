import { isRepeated } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Hardware address of a network interface: six pairs of hexadecimal digits, or three groups of four. */
export const macAddress: FormatDetector = {
  label: 'mac-address',
  category: 'network',
  formats: ['NN:NN:NN:NN:NN:NN', 'NN-NN-NN-NN-NN-NN', 'NNNN.NNNN.NNNN'],
  context: [
    'mac',
    'mac address',
    'hardware address',
    'ethernet',
    'bssid',
    'physical address',
    'wifi',
    'macaddress',
  ],
  rate(value, { text, start, end }) {
    if (!/^[0-9A-F]{12}$/.test(value) || isRepeated(value)) return 0
    const isDotted = text.charAt(start + 4) === '.'
    // Three groups of four decimal digits are a number of another kind.
    if (isDotted && !/[A-F]/.test(value) && end - start === 14) return 0.2
    return 0.6
  },
}
