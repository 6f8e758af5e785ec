import { checkCases } from '../testing/cases.ts'

checkCases({
  'be-national-number': {
    found: [
      'rijksregisternummer «85.07.30-033.28»',
      'Please process this: «85073003328» thanks.',
      'numéro national «17 07 30 033 84»',
    ],
    ignored: ['rijksregisternummer 85.07.30-033.29', 'registre national 85.13.30-033.28'],
  },
})
