import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { districtSigns } from './district-signs.ts'

/** German number plate: the sign of a district, one or two letters and up to four digits. */
export const deLicencePlate: FormatDetector = {
  label: 'de-licence-plate',
  category: 'vehicle',
  country: 'DE',
  formats: ['A', 'AA', 'AAA'].flatMap((district) =>
    ['A', 'AA'].flatMap((letters) => [
      `${district}-${letters} 9{1,4}`,
      `${district} ${letters} 9{1,4}`,
      `${district}-${letters}-9{1,4}`,
      `${district}-${letters}9{1,4}`,
      `${district} ${letters}9{1,4}`,
      `${district}:${letters} 9{1,4}`,
      `${district}-${letters} 9{1,4}A`,
      `${district} ${letters} 9{1,4}A`,
      `${district}-${letters}9{1,4}A`,
    ]),
  ),
  context: [
    'kennzeichen',
    'kfz',
    'autokennzeichen',
    'fahrzeug',
    'nummernschild',
    'pkw',
    'license plate',
    'licence plate',
    'number plate',
    'auto',
    'wagen',
    'zulassung',
  ],
  rate(_value, candidate) {
    const { text, start, end } = candidate
    const written = text.slice(start, end)
    if (written !== written.toUpperCase()) return 0
    const parts = /^([A-Z]{1,3})[ :-]([A-Z]{1,2})[ -]?(\d{1,4})([A-Z]?)$/.exec(written)
    if (parts === null || parts[3]?.startsWith('0') === true) return 0
    if (parts[4] !== '' && parts[4] !== 'H' && parts[4] !== 'E') return 0
    return districtSigns.has(parts[1] ?? '') ? confidence.format : confidence.loose
  },
}
