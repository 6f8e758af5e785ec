import { checkCases } from '../testing/cases.ts'

checkCases({
  'uk-nhs': {
    found: [
      'NHS number «943 476 5919»',
      'please look at «943-476-5919» today',
      '«9434765919»',
      'NHS 9434-7659-19'.replace('9434-7659-19', '«9434-7659-19»'),
    ],
    ignored: ['NHS number 943 476 5918', 'NHS 1111111111'],
  },
  'uk-nino': {
    found: ['NI number «AB123456C»', 'his is «ab 12 34 56 c» I think', '«AA-12-34-56-B»'],
    ignored: ['BG123456A', 'NI number AB123456E', 'NI number DA123456C', 'NI number AO123456C'],
  },
  'uk-passport': {
    found: [
      'British passport «925665416»',
      'passport AB1234567'.replace('AB1234567', '«AB1234567»'),
    ],
    ignored: ['passport AB12345678', 'the flow AB1234567 runs at night in the data centre'],
  },
  'uk-utr': {
    found: ['My UTR is «1955839661».', 'HMRC tax reference «19558 39661»'],
    ignored: ['My UTR is 2955839661.', 'it took 1955839661 nanoseconds in total'],
  },
  'uk-driving-licence': {
    found: [
      'DVLA licence «MORGA753116SM9IJ»',
      'the number MORGA753116SM9IJ'.replace('MORGA', '«MORGA') + '»',
      '«SMIT9801015JK2CD»',
    ],
    ignored: ['DVLA licence MORGA733116SM9IJ', 'DVLA licence MORGA753326SM9IJ', 'MORGA753116SM9I1'],
  },
  'uk-bank-account': {
    found: ['sort code «20-00-00»', 'pay sort code and account «20-00-00 55779911»'],
    ignored: ['released on 20-00-00', 'version 20-00-00 55779911'],
  },
  'uk-postcode': {
    found: ['My address is 10 Downing Street, London «SW1A 2AA».', 'postcode «M1 1AA»'],
    ignored: ['postcode QQ1 1AA', 'ABCM11AADEF', 'the model M1 1AC chip'],
  },
  'uk-vehicle-registration': {
    found: [
      'vehicle registration «AB51 ABC»',
      'my car is «LN14-HGT»',
      'number plate «A123 BCD»',
      '«AB51 ABC»',
    ],
    ignored: [
      'vehicle registration AB33 ABC',
      'I123 BCD',
      'see page ab51 abc of the manual for details',
    ],
  },
})
