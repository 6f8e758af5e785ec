import { checkCases } from '../testing/cases.ts'

checkCases({
  'us-ssn': {
    found: [
      'His social security number is «536-90-4399».',
      'SSN: «536904399»',
      'Please process this: «536-90-4399» thanks.',
      '{"ssn": "«536 90 4399»"}',
      'ssn_number=«536.90.4399»',
    ],
    ignored: [
      'SSN 000-90-4399',
      'SSN 666-90-4399',
      'SSN 536-00-4399',
      'SSN 536-90-0000',
      'SSN 536-90.4399',
      'The build 536904399 failed again after the third attempt.',
      '1536-90-43991',
    ],
  },
  'us-itin': {
    found: ['My ITIN is «912-72-1234».', 'the form says «950-88-7777» somewhere'],
    ignored: ['My ITIN is 912-49-1234.', 'My ITIN is 812-72-1234.', 'My ITIN is 912-93-1234.'],
  },
  'us-ein': {
    found: ['The EIN of the company is «12-3456788».', 'federal tax id: «951234567»'],
    ignored: ['EIN 07-1234567', 'between 12-3456788 and something else in a long sentence'],
  },
  'us-passport': {
    found: ['His passport is «A12803456».', 'passport number: «340020013»'],
    ignored: ['the part A12803456 is out of stock in our warehouse', 'passport 3400200131'],
  },
  'us-driving-licence': {
    found: [
      "My driver's license number is «A56319335».",
      'DL: «281211981»',
      'driver license «D123-4567-8901»',
    ],
    ignored: ['The ticket A56319335 was closed.', 'driver license 111111111'],
  },
  'us-bank-routing': {
    found: ['routing number «021000021»', 'ABA: «0110-0001-5»', '«121000358»'],
    ignored: [
      'routing number 021000022',
      'ABA 991000358',
      'we counted 121000358 events in the log of yesterday',
    ],
  },
  'us-bank-account': {
    found: [
      'my bank account is «945456787654», please debit it',
      'Account number: «1234567890123»',
    ],
    ignored: ['we counted 945456787654 rows', 'account number 1234567'],
  },
  'us-npi': {
    found: [
      'NPI: «1234567893»',
      'Please process this: «1245319599» thanks.',
      'provider «1700000007»',
    ],
    ignored: [
      'NPI: 1234567890',
      'created at 1700000007 by the scheduler of the cluster',
      'NPI: 3234567891',
    ],
  },
  'us-dea-number': {
    found: ['DEA «AB1234563»', 'prescriber «FA1234563» signed'],
    ignored: ['DEA AB1234564', 'DEA ZB1234563'],
  },
  'us-mbi': {
    found: ['Medicare «1EG4-TE5-MK73»', 'her card says «1EG4TE5MK73» on the front'],
    ignored: ['Medicare 1EG4-TE5-OK73', 'Medicare 0EG4-TE5-MK73', 'Medicare 1EG4TE5MK7'],
  },
  'us-zip-code': {
    found: ['He lives in Beverly Hills, CA «90210».', 'zip code «10115-1234»'],
    ignored: ['We sold 90210 units.', 'zip code 00000'],
  },
})
