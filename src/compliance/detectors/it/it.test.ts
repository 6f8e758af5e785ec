import { checkCases } from '../testing/cases.ts'

checkCases({
  'it-fiscal-code': {
    found: [
      'Codice fiscale: «RSSMRA85T10A562S»',
      'il suo è «rssmra85t10a562s» credo',
      '«RSS MRA 85T10 A562S»',
      '«RSSMRA85T10A5S2S»'.replace('A5S2S', 'A562S'),
    ],
    ignored: ['codice fiscale RSSMRA85G10A562S', 'RSSMRA85T10A562'],
  },
  'it-vat': {
    found: ['Partita IVA «00743110157»', '«IT00743110157»', 'fattura di «IT 00743110157» di ieri'],
    ignored: ['Partita IVA 00743110158', 'Partita IVA 00000000000'],
  },
  'it-driving-licence': {
    found: [
      'patente «AA0123456B»',
      'numero patente «U1H00A000B»'.replace('U1H00A000B', 'U1K45G789B'),
    ],
    ignored: ['il codice AA0123456B non funziona nella macchina'],
  },
  'it-id-card': {
    found: ["carta d'identità «CA12345AB»", 'carta di identità «AA1234567»'],
    ignored: ["carta d'identità AA1111111", 'il pezzo AA1234567 manca in magazzino da ieri'],
  },
  'it-passport': {
    found: ['passaporto «YA1234567»'],
    ignored: ['il pezzo YA1234567 manca in magazzino da ieri'],
  },
})
