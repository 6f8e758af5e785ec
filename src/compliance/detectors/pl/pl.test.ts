import { checkCases } from '../testing/cases.ts'

checkCases({
  'pl-pesel': {
    found: [
      'PESEL «44051401359»',
      'Please process this: «44051401359» thanks.',
      'PESEL-«44051401359»',
    ],
    ignored: ['PESEL 44051401358', 'PESEL 44131401359'],
  },
  'pl-nip': {
    found: ['NIP «856-734-62-15»', 'NIP: «8567346215»', '«PL8567346215»'],
    ignored: ['NIP 856-734-62-16'],
  },
  'pl-regon': { found: ['REGON «192598184»', '«12345678512347»'], ignored: ['REGON 192598183'] },
  'pl-id-card': {
    found: [
      'dowód osobisty «ABA300000»',
      'numer dowodu «ABS 123456»'.replace('ABS 123456', 'ABA 300000'),
    ],
    ignored: ['dowód osobisty ABA400000'],
  },
})
