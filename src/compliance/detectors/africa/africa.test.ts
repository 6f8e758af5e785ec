import { checkCases } from '../testing/cases.ts'

checkCases({
  'za-id': {
    found: ['identity number «7503305044089»', 'Please process this: «7503305044089» thanks.'],
    ignored: ['identity number 7503305044088', 'identity number 7513305044089'],
  },
  'ng-nin': {
    found: ['NIN: «98765432102»', 'NIMC number «98765432102»'],
    ignored: ['NIN: 98765432103', 'NIN: 08765432102'],
  },
  'ng-vehicle-registration': {
    found: ['plate number «APP-456CV»', '«APP 456CV»', 'vehicle «ABJ-001AA»'],
    ignored: ['123-456AB', 'the part APP-456CV is sold out in every shop we asked'],
  },
})
