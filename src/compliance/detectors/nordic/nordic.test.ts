import { checkCases } from '../testing/cases.ts'

checkCases({
  'se-personal-number': {
    found: ['personnummer «811228-9874»', 'hon heter «19811228-9874» här', '«198112289874»'],
    ignored: ['personnummer 811228-9873', 'personnummer 811328-9874'],
  },
  'se-organisation-number': {
    found: ['organisationsnummer «556703-7485»', '«556703-7485»'],
    ignored: ['organisationsnummer 556703-7486', 'organisationsnummer 551103-7485'],
  },
  'fi-personal-code': {
    found: [
      'henkilötunnus «131052-308T»',
      'My code is«030594W903B».',
      'Please process this: «131052-308T» thanks.',
    ],
    ignored: ['henkilötunnus 131052-308U', '111111-111A', '131052:308T'],
  },
  'no-birth-number': {
    found: ['fødselsnummer «15108695088»', 'Please process this: «151086 95088» thanks.'],
    ignored: ['fødselsnummer 15108695077', 'fødselsnummer 45138695088'],
  },
  'dk-cpr': {
    found: ['CPR-nummer «211062-5629»', 'Please process this: «211062-5629» thanks.'],
    ignored: ['CPR 321062-5629', 'der var 2110625629 af dem i hele verden'],
  },
})
