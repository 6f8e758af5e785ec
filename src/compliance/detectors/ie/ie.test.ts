import { checkCases } from '../testing/cases.ts'

checkCases({
  'ie-pps': {
    found: ['PPS «1234567T»', 'PPSN «6433435F»', 'my PPS number is «6433435OA»'],
    ignored: ['PPS 1234567A', 'PPS 6433435E'],
  },
})
