import { checkCases } from '../testing/cases.ts'

checkCases({
  'nl-bsn': {
    found: ['BSN «111222333»', 'burgerservicenummer «1112.22.333»', '«123456782»'],
    ignored: ['BSN 111222334', 'er waren 111222333 bezoekers in het hele jaar'],
  },
  'nl-document': {
    found: [
      'paspoort «SPECI2014»'.replace('SPECI2014', 'NX4R2P9L1'),
      'identiteitskaart «IJ12B3456»',
    ],
    ignored: ['paspoort OX4R2P9L1', 'the board NX4R2P9L1 is faulty in rack nine'],
  },
  'nl-postcode': {
    found: ['Adres: Damrak 1, «1012 LG» Amsterdam', 'postcode «1012LG»'],
    ignored: ['postcode 0012 LG', 'postcode 1012 SS', 'a 1012 MB disk was sold to us'],
  },
})
