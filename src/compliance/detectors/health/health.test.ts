import { checkCases } from '../testing/cases.ts'

checkCases({
  'medical-record-number': {
    found: ['MRN: «00123456»', 'patient id «AB1234567»', 'medical record number «123-45-67»'],
    ignored: ['the record 00123456 of the log', 'MRN 11111111'],
  },
})
