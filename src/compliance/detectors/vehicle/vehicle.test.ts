import { checkCases } from '../testing/cases.ts'

checkCases({
  'vehicle-vin': {
    found: [
      'VIN «1HGCM82633A004352»',
      'Please process this: «1M8GDM9AXKP042788» thanks.',
      'Fahrgestellnummer «WVWZZZ1JZ3W386752»',
    ],
    ignored: [
      'the key 1M8GDM9AYKP042788 is wrong',
      'VIN 1M8GDM9AXKP04278',
      'VIN IM8GDM9AXKP042788',
    ],
  },
  'licence-plate': {
    found: [
      'license plate «7ABC123»',
      'plaque «AB-123-CD»',
      'targa «AB123CD»',
      'matrícula «1234 BCD»',
    ],
    ignored: ['the part AB-123-CD is gone', 'room 1234 BCD'],
  },
})
