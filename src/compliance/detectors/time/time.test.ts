import { checkCases } from '../testing/cases.ts'

checkCases({
  date: {
    found: [
      'Today is «5-May-2021»',
      'Today is «21/5/21»',
      'at «2024-03-15T14:30:00Z» sharp',
      'on «May 5, 2021» we met',
      'am «5. Mai 2021» um zehn',
      'le «1er août 2020»',
      'el «5 de mayo de 2021»',
      'on «1979-05-16 11:28:01»',
    ],
    ignored: [
      'Today is 05/21',
      'version 1.2.34',
      'on 32/13/2020',
      'may 5 of them',
      'ratio 12-40-1999',
    ],
  },
  'date-of-birth': {
    found: [
      'She was born on «May 5, 1985» in Bonn.',
      'DOB: «1985-05-05»',
      'Geburtsdatum: «05.05.1985»',
      'née le «5 mai 1985»',
    ],
    ignored: ['The invoice of May 5, 1985 is paid.', 'DOB: soon'],
  },
  age: {
    found: ['patient, «42 years old», male', 'the man is «42-year-old»', 'woman, age «67»'],
    ignored: [
      '42 years of work',
      '400 years old trees and a patient',
      'page 42 of the patient file',
    ],
  },
})
