import { checkCases } from '../testing/cases.ts'

checkCases({
  'at-social-security': {
    found: ['Sozialversicherungsnummer «1237 010180»', 'e-card «1237010180»', '«1237 010180»'],
    ignored: ['Sozialversicherungsnummer 1238 010180', 'SVNR 1237 321680'],
  },
})
