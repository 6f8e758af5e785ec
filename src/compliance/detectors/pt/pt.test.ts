import { checkCases } from '../testing/cases.ts'

checkCases({
  'pt-nif': {
    found: ['contribuinte «501 964 843»', '«PT501964843»'],
    ignored: ['contribuinte 501964842', 'foram 501964843 visitas em todo o ano'],
  },
  'pt-citizen-card': {
    found: ['Cartão de Cidadão «00000000 0 ZZ4»', 'Please process this: «000000000ZZ4» thanks.'],
    ignored: ['Cartão de Cidadão 00000000 0 ZZ3'],
  },
})
