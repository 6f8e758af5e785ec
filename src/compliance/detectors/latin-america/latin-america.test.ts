import { checkCases } from '../testing/cases.ts'

checkCases({
  'br-cpf': {
    found: ['CPF «390.533.447-05»', 'Please process this: «39053344705» thanks.'],
    ignored: ['CPF 390.533.447-06', 'CPF 111.111.111-11'],
  },
  'br-cnpj': {
    found: [
      'CNPJ «16.727.230/0001-97»',
      'Please process this: «16727230000197» thanks.',
      'CNPJ «12.ABC.345/01DE-35»',
    ],
    ignored: ['CNPJ 16.727.230/0001-98', 'CNPJ 12.ABC.345/01DE-36'],
  },
  'mx-curp': {
    found: ['CURP «BOXW310820HNERXN09»', 'la clave es «BOXW310820HNERXN09» y nada más'],
    ignored: ['CURP BOXW311320HNERXN09', 'CURP BOXW310820HXXRXN09'],
  },
  'mx-rfc': {
    found: ['RFC «GODE561231GR8»', 'Please process this: «GODE561231GR8» thanks.'],
    ignored: ['RFC GODE561331GR8', 'el código GODE561231GR7 no vale para nada'],
  },
  'ar-cuit': {
    found: ['CUIT «20-05536168-2»', 'Please process this: «20-05536168-2» thanks.'],
    ignored: ['CUIT 20-05536168-3', 'CUIT 21-05536168-2'],
  },
  'cl-rut': {
    found: ['RUT «12.531.909-2»', 'Please process this: «12.531.909-2» thanks.'],
    ignored: ['RUT 12.531.909-3'],
  },
  'co-nit': {
    found: ['NIT «213.123.432-1»', 'cédula «79.123.456»'],
    ignored: ['NIT 213.123.432-2', 'we sold 79.123.456 of them'],
  },
})
