import { checkCases } from '../testing/cases.ts'

checkCases({
  'ca-sin': {
    found: ['SIN «130 692 544»', 'social insurance number «130-692-544»', '«130 692 544»'],
    ignored: ['SIN 130 692 545', 'SIN 046 454-286'.replace('-', '.'), 'SIN 030 692 544'],
  },
  'ca-health-card': {
    found: [
      'health card «9876-543-217-AB»'.replace('9876-543-217-AB', '1234-567-897-AB'),
      'OHIP «1234567897»',
    ],
    ignored: ['OHIP 1234567898', 'the sum was 1234567897 again'],
  },
  'ca-postal-code': {
    found: ['postal code «K1A 0B1»', '123 Main Street, Ottawa, Ontario «K1A 0B1»'],
    ignored: ['postal code D1A 0B1', 'postal code K1O 0B1'],
  },
})
