import { checkCases } from '../testing/cases.ts'

checkCases({
  'de-tax-id': {
    found: ['Meine Steuer-ID ist «86095742719».', 'IdNr. «47 036 892 816»', 'tax id «65929970489»'],
    ignored: ['Steuer-ID 86095742718', 'Steuer-ID 06095742719', 'Steuer-ID 11111111111'],
  },
  'de-tax-number': {
    found: [
      'Steuernummer «133/8150/8159»',
      'Finanzamt: «93/815/08152»',
      'Steuernummer «0581508150123»',
      '«0581508150123»',
    ],
    ignored: ['Steuernummer 1981508150001', 'we need 133/8150/8159 of them in stock by Monday'],
  },
  'de-id-card': {
    found: ['Personalausweis «L01X00T471»', 'Ausweisnummer: «T22000129»', '«LZ6311T475»'],
    ignored: [
      'Personalausweis L01X00T472',
      'Personalausweis AEIOU1234',
      'the words CHJKLMNPR are odd',
    ],
  },
  'de-passport': {
    found: ['Reisepass «C01X00T478»', 'passport number «C01X00T47»'],
    ignored: ['Reisepass C01X00T479', 'Reisepass B01X00T47'],
  },
  'de-social-security': {
    found: [
      'Rentenversicherungsnummer «15070649C103»',
      'Please process this: «15070649C103» thanks.',
      'SV-Nummer «15 070649 C 103»',
    ],
    ignored: ['Rentenversicherungsnummer 15070649C104', 'Rentenversicherungsnummer 15071349C103'],
  },
  'de-health-insurance': {
    found: ['Krankenkasse, KVNR «A123456780»', 'the card «A123456780» is hers'],
    ignored: ['KVNR A123456787', 'KVNR 1123456780'],
  },
  'de-driving-licence': {
    found: [
      'Führerscheinnummer: «BO12345678A»',
      '«B072RRE2I55»'.replace('B072RRE2I55', 'J0120001234'.slice(0, 10) + 'X'),
    ],
    ignored: ['Führerschein BO12345678', 'the hash BO12345678A of that commit'],
  },
  'de-vat-id': {
    found: ['USt-IdNr. «DE136695976»', 'invoice of «DE 136 695 976» is due'],
    ignored: ['USt-IdNr. DE136695975', 'USt-IdNr. FR136695976'],
  },
  'de-practice-number': {
    found: ['BSNR «711234567» der Praxis'],
    ignored: ['BSNR 000000000', 'we saw 711234567 requests over the whole of last year'],
  },
  'de-physician-number': {
    found: ['LANR: «123456601» des behandelnden Arztes', '«555555501»'],
    ignored: ['LANR 100000401', 'the total was 123456601 in the end'],
  },
  'de-commercial-register': {
    found: ['Amtsgericht Charlottenburg, «HRB 86891»', 'eingetragen als «HRA 4711» dort'],
    ignored: ['HRB 1234567', 'HRX 12345'],
  },
  'de-postcode': {
    found: ['PLZ: «10115»', 'Adresse: Hauptstr. 1, «80331» München'],
    ignored: ['99999', '101150', 'PLZ 00115', 'Es waren 10115 Besucher da.'],
  },
  'de-licence-plate': {
    found: ['Kennzeichen «B-MW 1234»', 'das Auto mit «KA EF 12H»', '«KA EF 12H»'],
    ignored: [
      'BXYZ AB 1234',
      'In IT A 12 we trust, as they say in the house',
      'Kennzeichen b mw 1234',
    ],
  },
})
