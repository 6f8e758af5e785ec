import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Driving licence numbers of the states of the US: formats only, found next to words that name them. */
export const usDrivingLicence: FormatDetector = {
  label: 'us-driving-licence',
  category: 'identity',
  country: 'US',
  formats: [
    '9{7,10}',
    '9{12}',
    'A9{4,9}',
    'A9{11,14}',
    'AA9{4,7}',
    'AA9{6}A',
    'AAA9{6,7}',
    '9{3}AA9{4}',
    'A{3}99A{3}9{3}A',
    '999-99-9999',
    'A999-9999-9999',
    'A999-999-99-999-9',
    '99-999-9999',
    'A99-99-9999',
  ],
  context: [
    'driver license',
    'drivers license',
    'driver s license',
    'driving license',
    'driver licence',
    'drivers licence',
    'driver s licence',
    'driving licence',
    'dl',
    'dl number',
    'dln',
    'license number',
    'licence number',
    'license no',
    'driverslicense',
    'driver id',
    'permit number',
    'cdl',
    'lic',
  ],
  needsContext: true,
  rate(value) {
    return isRepeated(value) ? 0 : confidence.loose
  },
}
