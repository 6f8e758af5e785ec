import { checkCases } from '../testing/cases.ts'

checkCases({
  'ro-cnp': {
    found: ['CNP «1630615123457»', 'Please process this: «1630615123457» thanks.'],
    ignored: ['CNP 1630615123458', 'CNP 1631515123457'],
  },
  'bg-egn': { found: ['ЕГН «7523169263»', 'EGN «7523169263»'], ignored: ['EGN 7523169264'] },
  'cz-birth-number': {
    found: ['rodné číslo «710319/2745»', 'Please process this: «710319/2745» thanks.'],
    ignored: ['rodné číslo 710319/2746', 'rodné číslo 711319/2745'],
  },
  'hr-oib': { found: ['OIB «33392005961»', '«HR33392005961»'], ignored: ['OIB 33392005962'] },
  'gr-amka': { found: ['AMKA «01013099997»', 'ΑΜΚΑ «01013099997»'], ignored: ['AMKA 01013099996'] },
  'gr-tax-number': { found: ['ΑΦΜ «094259216»', '«EL094259216»'], ignored: ['AFM 094259217'] },
  'ee-personal-code': {
    found: ['isikukood «36805280109»', 'asmens kodas «33309240064»'],
    ignored: ['isikukood 36805280108'],
  },
})
