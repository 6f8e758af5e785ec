import { checkCases } from '../testing/cases.ts'

checkCases({
  'es-nif': {
    found: ['Mi DNI es «12345678Z».', 'el «54362315-K» de Ana', '«54.362.315-K»'],
    ignored: ['Mi DNI es 12345678A.', 'DNI 54362315Z'],
  },
  'es-nie': {
    found: ['NIE «X1234567L»', 'tiene «y-5369840-x»'.replace('y-5369840-x', 'X-1234567-L')],
    ignored: ['NIE X1234567A', 'NIE W1234567L'],
  },
  'es-cif': {
    found: ['La empresa con CIF «A58818501» paga.', 'CIF «J99216582»'],
    ignored: ['CIF A58818502', 'CIF T58818501'],
  },
  'es-passport': {
    found: ['Mi pasaporte es «AaA123456».'],
    ignored: ['el pedido AAA123456 ya ha salido de nuestro almacén'],
  },
  'es-social-security': {
    found: ['Seguridad Social: «281234567840»', 'NUSS «28/12345678/40»'],
    ignored: ['Seguridad Social 281234567841', 'Seguridad Social 991234567840'],
  },
})
