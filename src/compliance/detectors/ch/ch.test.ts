import { checkCases } from '../testing/cases.ts'

checkCases({
  'ch-ahv': {
    found: ['AHV «756.9217.0769.85»', 'Please process this: «7569217076985» thanks.'],
    ignored: ['AHV 756.9217.0769.84', 'AHV 757.9217.0769.85'],
  },
  'ch-uid': {
    found: ['UID «CHE-100.155.212»', 'Please process this: «CHE100155212» thanks.'],
    ignored: ['UID CHE-100.155.213'],
  },
})
